"""A report on one screen."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ticketing_common.reports.report import Part, Report, Step
from ticketing_common.text import for_terminal

NOTHING = "nothing"


def screen(report: Report) -> str:
    """What happened, in the order of its time; what is so now; and what is outstanding."""
    lines = [report.subject]
    steps = [(step.at, name, step) for name, part in report.parts.items() for step in part.steps]
    if steps:
        lines += ["", "What happened (UTC)", *_columns(map(_step, sorted(steps, key=_time)))]
    lines += ["", "Now", *_columns(_facts(report.parts))]
    outstanding = [
        *(f"{name} does not tell: {part.silent}" for name, part in _silent(report)),
        *report.outstanding,
    ]
    lines += ["", "Outstanding", *(f"  {each}" for each in outstanding or [NOTHING])]
    return "\n".join(map(for_terminal, lines)) + "\n"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"


def _time(step: tuple[datetime, str, Step]) -> tuple[datetime, str]:
    return step[:2]


def _step(step: tuple[datetime, str, Step]) -> tuple[str, ...]:
    at, name, said = step
    return moment(at), name, said.what


def _facts(parts: dict[str, Part]) -> Iterator[tuple[str, ...]]:
    for name, part in parts.items():
        for number, (fact, value) in enumerate(part.facts.items()):
            yield "" if number else name, fact, value


def _silent(report: Report) -> list[tuple[str, Part]]:
    return [(name, part) for name, part in report.parts.items() if part.silent]


def _columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """All but the last column as wide as its widest cell."""
    rows = list(rows)
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)][:-1]
    return ["  " + "  ".join([*map(str.ljust, row, widths), row[-1]]).rstrip() for row in rows]
