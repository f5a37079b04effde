"""The environment variables of the orders service."""

from typing import Annotated

from pydantic import Field

from ticketing_common.settings import (
    ExpirationWindowSettings,
    MongoSettings,
    NatsSettings,
    PerMinute,
    ProxySettings,
    SessionSettings,
)


class Settings(
    MongoSettings, NatsSettings, ExpirationWindowSettings, ProxySettings, SessionSettings
):
    RATE_LIMIT_ORDERS: PerMinute = 60  # of a user
    MAX_OPEN_ORDERS: Annotated[int, Field(ge=0, le=1000)] = 10  # of a user at once; 0 is no limit
