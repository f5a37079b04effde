"""Amounts as Stripe bounds and prints them (docs.stripe.com/currencies)."""

from ticketing_stripe_fake.errors import StripeError

MAXIMUM = 99_999_999
"""Eight digits, in the currency's smallest unit."""

MINIMUMS = {
    "usd": 50,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "eur": 50,
    "gbp": 30,
    "inr": 50,
    "jpy": 50,
    "nzd": 50,
    "sgd": 50,
}
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
_ZERO_DECIMAL = {"jpy"}


def formatted(amount: int, currency: str) -> str:
    number = f"{amount:,}" if currency in _ZERO_DECIMAL else f"{amount // 100:,}.{amount % 100:02}"
    return f"{_SYMBOLS.get(currency, '')}{number}"


def check_currency(currency: str) -> str:
    """Its lowercase name; raises StripeError 400 for one this fake does not know."""
    name = currency.lower()
    if name not in MINIMUMS:
        known = ", ".join(MINIMUMS)
        message = f"Invalid currency: {name}. Stripe currently supports these currencies: {known}"
        raise StripeError(400, message, param="currency")
    return name


def check_amount(amount: int, currency: str) -> None:
    minimum = MINIMUMS[currency]
    if amount < minimum:
        message = f"Amount must be at least {formatted(minimum, currency)} {currency}"
        raise StripeError(400, message, code="amount_too_small", param="amount")
    if amount > MAXIMUM:
        message = f"Amount must be no more than {formatted(MAXIMUM, currency)}"
        raise StripeError(400, message, code="amount_too_large", param="amount")
