"""The environment variables of the expiration service."""

from typing import Annotated

from pydantic import Field

from ticketing_common.settings import NatsSettings, OrderWindowSettings


class Settings(NatsSettings, OrderWindowSettings):
    REDIS_HOST: Annotated[str, Field(min_length=1)]
    REDIS_PORT: Annotated[int, Field(ge=1, le=65535)] = 6379
