"""Stripe's test cards, offered while there is no publishable key to show a card field with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A token of https://docs.stripe.com/testing and what paying with it does."""

    token: str
    name: str
    effect: str


TEST_CARDS = [
    Card("tok_visa", "Visa", "The payment succeeds"),
    Card("tok_mastercard", "Mastercard", "The payment succeeds"),
    Card("tok_chargeDeclined", "Declined card", "The bank says no"),
    Card("tok_chargeDeclinedInsufficientFunds", "Empty account", "Not enough money"),
    Card("tok_threeDSecure2Required", "3-D Secure card", "The bank asks for a confirmation"),
]
DEFAULT = TEST_CARDS[0].token


def is_test_card(token: str) -> bool:
    return any(card.token == token for card in TEST_CARDS)
