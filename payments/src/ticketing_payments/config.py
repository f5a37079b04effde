"""The environment variables of the payments service."""

from typing import Annotated

from pydantic import Field

from ticketing_common.settings import (
    MongoSettings,
    NatsSettings,
    OrderWindowSettings,
    SessionSettings,
)


class Settings(MongoSettings, NatsSettings, OrderWindowSettings, SessionSettings):
    """`STRIPE_API_BASE` is for a Stripe that is not Stripe's own, such as the laptop's fake."""

    STRIPE_KEY: Annotated[str, Field(min_length=8, repr=False)]
    STRIPE_API_BASE: Annotated[str, Field(pattern=r"^https?://")] = "https://api.stripe.com"
