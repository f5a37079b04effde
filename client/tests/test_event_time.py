"""When an event starts, as it is typed."""

from datetime import UTC, datetime

import pytest

from ticketing_client.event_time import (
    EXAMPLE,
    ZONE,
    ZONES,
    StartNotUnderstoodError,
    typed_start,
    understand_start,
)


@pytest.mark.parametrize(
    ("typed", "zone", "moment"),
    [
        ("2027-05-01T19:30", "+02:00", "2027-05-01T19:30:00+02:00"),
        (" 2027-05-01 19:30 ", "-05:00", "2027-05-01T19:30:00-05:00"),
        ("2027-05-01T19:30:15", "+05:45", "2027-05-01T19:30:15+05:45"),
        ("", "+02:00", None),
        ("  ", "", None),
    ],
)
def test_understood(typed: str, zone: str, moment: str | None) -> None:
    """The wall clock where it is, with its distance from UTC; nothing typed is no start."""
    assert understand_start(typed, zone) == moment


@pytest.mark.parametrize(
    ("typed", "zone", "message"),
    [
        ("2027-05-01", "+02:00", EXAMPLE),  # of what hour?
        ("1 May", "+02:00", EXAMPLE),
        ("2027-05-01T19:30+02:00", "+02:00", EXAMPLE),
        ("2027-13-01T19:30", "+02:00", EXAMPLE),
        ("20270501T1930000", "+02:00", EXAMPLE),
        ("2027-05-01T19:30", "", ZONE),
        ("2027-05-01T19:30", "+02:30", ZONE),
        ("2027-05-01T19:30", "Europe/Berlin", ZONE),
    ],
)
def test_refused(typed: str, zone: str, message: str) -> None:
    """Rather than guessed."""
    with pytest.raises(StartNotUnderstoodError, match=message):
        understand_start(typed, zone)


def test_typed_again() -> None:
    """What the form says of a moment means that moment."""
    for moment in (
        datetime(2027, 5, 1, 19, 30, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC),
    ):
        again = understand_start(*typed_start(moment))
        assert again
        assert datetime.fromisoformat(again) == moment
    assert typed_start(None) == ("", "")


def test_every_zone_once() -> None:
    """From the west to the east."""
    assert len(set(ZONES)) == len(ZONES)
    assert (ZONES[0], ZONES[-1]) == ("-12:00", "+14:00")
