"""When an event starts, as its seller types it: the wall clock there, and how far from UTC that is.

A browser sends a date and time without a zone, and nothing is guessed: the zone is a field of its
own, which a script fills in where there is one.
"""

from datetime import UTC, datetime

EXAMPLE = "Please type the date and time like 2027-05-01 19:30."
ZONE = "Please choose the time zone of the start."
BEGUN = "The event has begun"  # as the API says it

# Minutes from UTC of the wall clocks there are, summer and winter.
_HALVES = (-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825)


def _name(minutes: int) -> str:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    return f"{sign}{hours:02}:{rest:02}"


ZONES = [_name(each) for each in sorted([*range(-12 * 60, 14 * 60 + 1, 60), *_HALVES])]


UTC_ZONE = _name(0)


class StartNotUnderstoodError(ValueError):
    """`field` is which of the two is wrong; the message says how it should be."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def understand_start(typed: str, zone: str) -> str | None:
    """The moment in ISO 8601 with its offset, or None where nothing was typed."""
    typed = typed.strip()
    if not typed:
        return None
    try:
        wall = datetime.fromisoformat(typed)
    except ValueError:
        wall = None
    if (
        wall is None
        or wall.tzinfo is not None
        or len(typed) < len("2027-05-01T19:30")
        or not 1000 <= wall.year < 3000  # what the API takes for a year
    ):
        raise StartNotUnderstoodError(EXAMPLE, "startsAt")
    if zone not in ZONES:
        raise StartNotUnderstoodError(ZONE, "zone")
    return f"{wall.isoformat()}{zone}"


def typed_start(starts_at: datetime | None) -> tuple[str, str]:
    """What one would type for it, in UTC; a script shows it in the visitor's own zone."""
    if starts_at is None:
        return "", ""
    wall = starts_at.astimezone(UTC).replace(tzinfo=None)
    return wall.isoformat(timespec="seconds" if wall.second else "minutes"), UTC_ZONE
