"""A report on one screen."""

from datetime import UTC, datetime

from ticketing_common.reports.report import Part, Report, Step
from ticketing_common.reports.screen import screen

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


def test_what_happened_what_is_and_what_is_outstanding() -> None:
    """Steps of all parts in the order of their time, facts by part, and who is silent."""
    orders = Part(
        facts={"order": "complete", "ticket": "A concert"},
        steps=[Step(at=NOON.replace(second=2, microsecond=7000), what="later")],
        outstanding=["something"],
    )
    stream = Part(steps=[Step(at=NOON, what="first")], silent="it does not answer in time")

    shown = screen(Report(subject="Order 1", parts={"orders": orders, "stream": stream}))

    assert shown == (
        """\
Order 1

What happened (UTC)
  2026-08-01 12:00:00.000  stream  first
  2026-08-01 12:00:02.007  orders  later

Now
  orders  order   complete
          ticket  A concert

Outstanding
  stream does not tell: it does not answer in time
  orders: something
"""
    )


def test_nothing_moves_the_cursor() -> None:
    """Titles are strangers'."""
    shown = screen(Report(subject="Order", parts={"orders": Part(facts={"title": "a\x1b[2Jb"})}))

    assert "a\\x1b[2Jb" in shown
    assert shown.endswith("Outstanding\n  nothing\n")
