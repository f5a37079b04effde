"""The environment variables of the orders service."""

from ticketing_common.settings import (
    MongoSettings,
    NatsSettings,
    OrderWindowSettings,
    PerMinute,
    ProxySettings,
    SessionSettings,
)


class Settings(MongoSettings, NatsSettings, OrderWindowSettings, ProxySettings, SessionSettings):
    RATE_LIMIT_ORDERS: PerMinute = 60  # of a user
