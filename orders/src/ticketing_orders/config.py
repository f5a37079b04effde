"""The environment variables of the orders service."""

from ticketing_common.settings import (
    MongoSettings,
    NatsSettings,
    OrderWindowSettings,
    SessionSettings,
)


class Settings(MongoSettings, NatsSettings, OrderWindowSettings, SessionSettings): ...
