"""API keys: any `sk_...` or `rk_...`, as a bearer token or as the user of basic authentication."""

import base64
import binascii

from ticketing_stripe_fake.errors import StripeError


def check(authorization: str | None) -> bool:
    """Whether it is a key of live mode. Raises StripeError 401."""
    key = _key(authorization or "")
    if not key:
        raise StripeError(
            401,
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we "
            "can help at https://support.stripe.com/.",
            began=False,
        )
    if key.startswith("pk_"):
        raise StripeError(
            401,
            "This API call cannot be made with a publishable API key. Please use a secret API "
            "key. You can find a list of your API keys at "
            "https://dashboard.stripe.com/account/apikeys.",
            code="secret_key_required",
            began=False,
        )
    if not key.startswith(("sk_", "rk_")):
        shown = f"{key[:7]}{'*' * max(len(key) - 11, 0)}{key[-4:]}" if len(key) > 11 else "*" * 8
        raise StripeError(401, f"Invalid API Key provided: {shown}", began=False)
    return key[3:].startswith("live_")


def _key(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
