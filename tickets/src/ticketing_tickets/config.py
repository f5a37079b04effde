"""The environment variables of the tickets service."""

from ticketing_common.settings import MongoSettings, NatsSettings, SessionSettings


class Settings(MongoSettings, NatsSettings, SessionSettings): ...
