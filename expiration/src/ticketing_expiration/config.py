"""The environment variables of the expiration service."""

from typing import Annotated

from pydantic import Field

from ticketing_common.settings import ExpirationWindowSettings, NatsSettings


class Settings(NatsSettings, ExpirationWindowSettings):
    """REDIS_PASSWORD is for a Redis that wants one, as ours do."""

    REDIS_HOST: Annotated[str, Field(min_length=1)]
    REDIS_PORT: Annotated[int, Field(ge=1, le=65535)] = 6379
    REDIS_PASSWORD: Annotated[str | None, Field(min_length=1, repr=False)] = None
