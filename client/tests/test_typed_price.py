"""What is understood of a price that somebody typed."""

import time
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency, format_decimal

from ticketing_client.money import money
from ticketing_client.testing.typed_prices import TYPED_PRICES
from ticketing_client.typed_price import PriceNotUnderstoodError, said_of, understand


@pytest.mark.parametrize(("typed", "becomes"), TYPED_PRICES.items(), ids=ascii)
def test_it_becomes_the_amount_it_says_or_nothing(typed: str, becomes: str | None) -> None:
    """Never another amount; what is refused says why."""
    if becomes is None:
        with pytest.raises(PriceNotUnderstoodError, match=r"Price|dollars|two decimals|type it"):
            understand(typed)
    else:
        assert understand(typed) == Decimal(becomes)


@pytest.mark.parametrize(("typed", "becomes"), TYPED_PRICES.items(), ids=ascii)
def test_it_is_said_beside_the_field(typed: str, becomes: str | None) -> None:
    """The amount as buyers will see it, or the reason; nothing while there is nothing."""
    said = said_of(typed)

    if becomes is not None:
        assert (said.text, said.wrong) == (f"Buyers pay {money(Decimal(becomes))}.", False)
    else:
        assert said.wrong == bool(typed.strip()) == bool(said.text)


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "de_CH", "es_ES", "pt_BR", "it_IT"])
@pytest.mark.parametrize("amount", ["0.50", "9.99", "45.00", "1250.00", "12345.67", "999999.99"])
def test_what_a_country_writes_is_what_it_means(locale: str, amount: str) -> None:
    """An amount with its two decimals is understood as it is written all over the world."""
    written = format_decimal(Decimal(amount), "#,##0.00", Locale.parse(locale))
    in_dollars = format_currency(Decimal(amount), "USD", "#,##0.00 $", Locale.parse(locale))

    assert understand(written) == understand(in_dollars) == Decimal(amount)


@pytest.mark.parametrize("typed", ["$" + 700 * " " + "x$x", "-" + 9000 * " " + "x"])
def test_what_is_long_takes_no_time(typed: str) -> None:
    """Anybody may ask what a price means: how long theirs is makes nobody wait."""
    began = time.process_time()

    with pytest.raises(PriceNotUnderstoodError, match="type it like"):
        understand(typed)

    assert time.process_time() - began < 0.5
