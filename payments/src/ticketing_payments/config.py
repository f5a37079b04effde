"""The environment variables of the payments service."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from ticketing_common.settings import (
    ExpirationWindowSettings,
    Keys,
    MongoSettings,
    NatsSettings,
    PerMinute,
    ProxySettings,
    SessionSettings,
)
from ticketing_common.settings import Settings as BaseSettings
from ticketing_payments.stripe_keys import OFFICIAL, api_base, publishable_key, secret_key


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(filter(None, map(str.strip, value.split(","))))


Stripped = BeforeValidator(_stripped)  # files and pipes end in a newline
Suffix = Annotated[  # with the account's name, `* ` between, at most 22 characters
    str, Field(pattern=r"^[A-Za-z0-9 .,#-]*[A-Za-z][A-Za-z0-9 .,#-]*$", min_length=2, max_length=18)
]
WebhookSecret = Annotated[str, Field(pattern=r"^whsec_\S+$")]

Most = Annotated[int, Field(ge=0, le=1000)]  # 0 is no limit


class StripeSettings(BaseSettings):
    """`STRIPE_API_BASE` is for a Stripe that is not Stripe's own, such as the laptop's fake.

    `STRIPE_PUBLISHABLE_KEY` is the client's: here it is only compared. `STRIPE_WEBHOOK_SECRET`
    are those of the webhook endpoint at Stripe, comma-separated while one takes over from another;
    without any there is no webhook, and everything is found by looking. A statement shows the
    account's name and, after it, `STRIPE_STATEMENT_SUFFIX`, for which Stripe wants a letter.
    """

    STRIPE_KEY: Annotated[str, Stripped, AfterValidator(secret_key), Field(repr=False)]
    STRIPE_API_BASE: Annotated[
        str, Stripped, AfterValidator(api_base), Field(pattern=r"^https?://")
    ] = OFFICIAL
    STRIPE_PUBLISHABLE_KEY: Annotated[
        str | None, Stripped, AfterValidator(publishable_key), Field(validate_default=True)
    ] = None
    STRIPE_WEBHOOK_SECRET: Annotated[
        tuple[WebhookSecret, ...], BeforeValidator(_listed), Field(repr=False, max_length=4)
    ] = ()
    STRIPE_STATEMENT_SUFFIX: Annotated[Suffix, Stripped] | None = None


class CommandSettings(MongoSettings, ExpirationWindowSettings, StripeSettings):
    """What a command needs that looks after the service's database."""


class Settings(
    MongoSettings,
    NatsSettings,
    ExpirationWindowSettings,
    ProxySettings,
    SessionSettings,
    StripeSettings,
):
    """What the service needs. ADMISSION_KEYS, comma-separated, sign what buyers show at the door:
    the first signs, each of them is accepted. Without any there are no such codes."""

    ADMISSION_KEYS: Keys = Field(default=(), repr=False)
    RATE_LIMIT_ADMISSIONS: PerMinute = 600  # of an address: all gates of a venue share one
    MAX_DECLINES_PER_ORDER: Most = 5
    MAX_DECLINES_PER_HOUR: Most = 10  # of a user, and of an address
