"""Dollars as people read them."""

from decimal import Decimal


def money(amount: Decimal) -> str:
    """$1,234.50: always two decimals, so that columns line up and nobody wonders."""
    return f"${amount:,.2f}"
