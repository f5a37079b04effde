"""What an order page says of money, for every order, payment and moment: walked cell by cell."""

import re
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from client.tests.orders_and_payments import MINUTE, NOW, ORDER, PAYMENT, order, payment
from ticketing_client.models import Payment
from ticketing_client.order_state import IN_FLIGHT, ORDERS, TABLE, money_in_flight, order_state

SENTENCES = {
    "-": "You have not been charged.",
    "no": "You were not charged.",
    "?": "We can't see the payment right now. "
    "If you did pay, you get either the ticket or all of your money back.",
    "?back": "We can't see the payment right now. If you did pay, you get all of your money back.",
    "bank": "$19.99 is charged as soon as you confirm it.",
    "bank!": "$19.99 is charged as soon as you confirm it. "
    "If that is too late for the ticket, you get all of it back.",
    "going": "Your payment of $19.99 is under way; we will tell you as soon as we know.",
    "either": "If $19.99 was taken, you get either the ticket or all of it back.",
    "back": "If $19.99 was taken, you get all of it back.",
    "sure": "We are making sure that nothing was charged: whatever was taken goes back to you.",
    "paid": "You paid $19.99.",
    "part": "You paid $19.99, and $5.00 of it has been sent back to you.",
    "part!": "You paid $19.99, and $5.00 of it is on its way back to you.",
    "asked": "You paid $19.99, and your bank is deciding on your objection.",
    "won": "You paid $19.99; your bank has turned your objection down.",
    "closed": "You paid $19.99; the question that your bank had about it is closed.",
    "lost": "You paid $19.99, and your bank gives you back what you objected to.",
    "due": "You are being refunded $19.99.",
    "waits": "You paid $19.99. Your bank is deciding on your objection; "
    "what it does not give back, we do.",
    "stuck": "You are owed $19.99: a person of ours sees to it that you get it back.",
    "sent": "You paid $19.99, and all of it is on its way back to you.",
    "there": "You paid $19.99, and all of it was refunded to you.",
    "done": "You were refunded $19.99.",
}
# Each cell: the sentence, and after a slash the one while a payment is in flight, if it differs.
CELLS = """
| payment        | open        | late        | over     | complete | ended      |
| unseen         | ?/going     | ?/going     | ?/either | paid     | ?back/back |
| unheard        | -/going     | -/going     | -/either | paid     | -/back     |
| unpaid         | -/going     | -/going     | -/either | paid     | -/back     |
| declined       | no/going    | no/going    | -/either | paid     | -/back     |
| refused        | no/going    | no/going    | -/either | paid     | -/back     |
| authenticating | bank/going  | bank!/going | either   | paid     | back       |
| charging       | going       | going       | either   | paid     | back       |
| closing        | sure        | sure        | sure     | paid     | sure       |
| not_charged    | no          | no          | no       | paid     | no         |
| charged        | paid        | paid        | paid     | paid     | due        |
| partly         | paid        | paid        | paid     | part     | due        |
| partly_pending | paid        | paid        | paid     | part!    | due        |
| disputed       | paid        | paid        | paid     | asked    | waits      |
| dispute_won    | paid        | paid        | paid     | won      | due        |
| dispute_closed | paid        | paid        | paid     | closed   | due        |
| dispute_lost   | paid        | paid        | paid     | lost     | due        |
| refund_due     | due         | due         | due      | due      | due        |
| refund_waits   | waits       | waits       | waits    | waits    | waits      |
| refund_stuck   | stuck       | stuck       | stuck    | stuck    | stuck      |
| refunding      | sent        | sent        | sent     | sent     | due        |
| refunded       | there       | there       | there    | there    | done       |
"""
ROWS = [re.findall(r"[^|\s]+", line) for line in CELLS.strip().splitlines()]
EXPECTED = {
    (row[0], column, in_flight): SENTENCES[cell.split("/")[-1 if in_flight else 0]]
    for row in ROWS[1:]
    for column, cell in zip(ROWS[0][1:], row[1:], strict=True)
    for in_flight in (False, True)
}
EVERY = list(product(TABLE, ORDERS, (False, True)))


def state_of(row: str, column: str, in_flight: bool = False, **more: object) -> Any:
    return order_state(
        order(column, **more),
        payment(row),
        payment_known=row != "unseen",
        in_flight=in_flight,
        deadline=NOW + ORDER[column][2],
        now=NOW,
    )


def test_no_cell_is_left_out() -> None:
    """The tables here and there have the same rows and columns."""
    assert set(EXPECTED) == set(EVERY)
    assert set(IN_FLIGHT) < set(TABLE)
    assert set(PAYMENT) == set(TABLE)


@pytest.mark.parametrize(("row", "column", "in_flight"), EVERY)
def test_each_sentence(row: str, column: str, in_flight: bool) -> None:
    """Order, payment and what is in flight decide the sentence about money, and it is this one."""
    assert state_of(row, column, in_flight).money == EXPECTED[row, column, in_flight]


@pytest.mark.parametrize(("row", "column", "in_flight"), EVERY)
def test_each_way_on(row: str, column: str, in_flight: bool) -> None:
    """Nobody may pay or cancel while money may be on its way; what is not settled is followed."""
    state = state_of(row, column, in_flight)
    idle = row in ("unheard", "unpaid", "declined", "refused", "authenticating") and not in_flight

    assert state.title
    assert state.can_pay == (idle and column == "open" and row != "refused")
    assert state.can_cancel <= idle
    assert state.follow or state.ended or column == "complete"
    if "not charged" in state.money or "not been charged" in state.money:
        assert row in ("unheard", "unpaid", "declined", "refused", "not_charged")
        assert not in_flight or row == "not_charged"
    assert ("money is back" in state.title) == (row == "refunded")


def test_from_the_click_to_the_answer() -> None:
    """The page's script shows, of its own accord, what the table says of a payment in flight."""
    said = money_in_flight(order("open"), payment("unpaid"))

    assert said == EXPECTED["unpaid", "open", True]


@pytest.mark.parametrize(
    ("by", "left", "title", "text"),
    [
        ("buyer", MINUTE, "Order cancelled", "You gave the ticket back."),
        ("buyer", -MINUTE, "Order cancelled", "You gave the ticket back."),
        ("expiry", -MINUTE, "Order Expired", "The time to pay ran out."),
        (None, MINUTE, "Order cancelled", "You gave the ticket back."),
        (None, -MINUTE, "Order cancelled", "It was given back, or not paid in time."),
    ],
)
@pytest.mark.parametrize("row", ["unpaid", "closing", "not_charged", "unseen"])
def test_who_ended_it(row: str, by: str | None, left: timedelta, title: str, text: str) -> None:
    """A cancelled order stays what it is after its time; whoever ended it, the money is told."""
    state = state_of(row, "ended", cancelled_by=by, expires_at=NOW + left)

    assert (state.title, state.text) == (title, text)
    assert state.money == EXPECTED[row, "ended", False]


@pytest.mark.parametrize(
    ("row", "status"), [("unheard", "awaiting:payment"), ("unpaid", "created")]
)
def test_a_new_order(row: str, status: str) -> None:
    """Until everybody has heard of it the page says so, and can be paid from."""
    state = state_of(row, "open", status=status)

    assert (state.name, state.can_pay, state.follow) == ("reserving", True, 1)


@pytest.mark.parametrize(
    ("told", "money"),
    [
        ({"status": "none"}, "-"),
        ({"status": "none", "client_secret": "pi_secret"}, "bank"),
        ({"status": "charging"}, "going"),
        ({"status": "settled"}, "sure"),
        ({"status": "refunded"}, "sent"),
        ({"status": "none", "state": "a word of the future"}, "?"),
    ],
)
def test_other_versions_of_payments(told: dict[str, str], money: str) -> None:
    """What an older one leaves out, or a newer one has a word for, is promised by no sentence."""
    state = order_state(order("open"), Payment.model_validate(told), deadline=NOW + MINUTE, now=NOW)

    assert state.money == SENTENCES[money]


def test_an_older_payments_promises_no_part() -> None:
    """It does not say whether what went back may still fail."""
    told = {"status": "charged", "amount": "19.99", "refunded_amount": "5"}
    paid = Payment.model_validate(told)

    state = order_state(order("complete"), paid, deadline=NOW, now=NOW)

    assert state.money == SENTENCES["part!"]
