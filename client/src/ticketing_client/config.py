"""What the client reads from its environment."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from ticketing_common.settings import ExpirationWindowSettings, ProxySettings


class ClientSettings(ExpirationWindowSettings, ProxySettings):
    """Where the public API is, and how long a page waits for it.

    `API_URL` is the address of the ingress as the client sees it. Without a publishable key the
    order page offers Stripe's test tokens in place of a card field. `STRIPE_TEST_BANK_URL` is
    where a test card's holder confirms a payment then, with `{intent}` for the PaymentIntent's id.
    """

    API_URL: Annotated[str, Field(pattern=r"^https?://[^/]+")]
    # Longer than services wait for each other's news, which is half a second.
    API_TIMEOUT_SECONDS: Annotated[float, Field(gt=0, le=30)] = 2.0
    STRIPE_PUBLISHABLE_KEY: (
        Annotated[
            str,
            BeforeValidator(lambda key: key.strip() if isinstance(key, str) else key),
            Field(pattern=r"^pk_(test|live)_\w+$"),
        ]
        | None
    ) = None
    STRIPE_TEST_BANK_URL: Annotated[str, Field(pattern=r"^https?://.+\{intent\}")] | None = None
