"""The environment variables of the tickets service."""

from ticketing_common.settings import (
    MongoSettings,
    NatsSettings,
    PerMinute,
    ProxySettings,
    SessionSettings,
)


class Settings(MongoSettings, NatsSettings, ProxySettings, SessionSettings):
    RATE_LIMIT_TICKETS: PerMinute = 60  # listings, edits and takedowns of a user
