"""The table of `infra/README.md`, and what else there is to say of a run."""

from collections.abc import Iterator

from infra.tests.drills.running import Results, Row

HEAD = """\
| fault | alert | fired after | over after the fault |
|---|---|--:|--:|"""
MINUTES = 600.0  # seconds, from which on they are told in minutes


def table(rows: list[Row]) -> str:
    """In Markdown; a fault's name stands in its first row only."""
    lines, before = [HEAD], ""
    for row in rows:
        fault = "" if row.fault == before else row.fault
        alert = f"{row.alert} ({row.of})" if row.of else row.alert
        lines.append(f"| {fault} | {alert} | {told(row.fired)} | {told(row.over)} |")
        before = row.fault
    return "\n".join(lines).replace("|  |", "| |")


def told(seconds: float | None) -> str:
    if seconds is None:
        return "never"
    return f"{seconds / 60:.0f} min" if seconds >= MINUTES else f"{seconds:.0f} s"


def remarks(results: Results) -> Iterator[str]:
    """Each a line."""
    if results.early:
        yield f"fired before there was any fault: {', '.join(results.early)}"
    for fault, alerts in results.beside.items():
        if alerts:
            yield f"fired besides, with {fault}: {', '.join(alerts)}"
