"""How a line of a process's log looks in the terminal."""

import json
from datetime import UTC, datetime
from typing import Any

_RESET, _DIM, _RED, _YELLOW = "\033[0m", "\033[2m", "\033[31m", "\033[33m"
_COLOURS = ("\033[36m", "\033[32m", "\033[35m", "\033[34m", "\033[96m", "\033[92m", "\033[95m")
_LEVELS = {"DEBUG": _DIM, "WARNING": _YELLOW, "ERROR": _RED, "CRITICAL": _RED}
_SEVERE = ("ERROR", "CRITICAL", "FATAL")

_TIME = ("timestamp", "time", "asctime")
_LEVEL = ("level", "levelname")
_MESSAGE = ("message", "msg", "event")
_TRACE = ("exc_info", "exception", "traceback", "stack_info")
_LEFT_OUT = (*_TIME, *_LEVEL, *_MESSAGE, *_TRACE, "service", "logger", "taskName", "color_message")


def parse(line: str) -> dict[str, Any] | None:
    """The record that a line holds, or None where a line is only text."""
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def is_severe(line: str) -> bool:
    """Whether a line tells of an error. Text does not say, so a traceback's lines count."""
    record = parse(line)
    return record is None or str(_first(record, _LEVEL)).upper() in _SEVERE


def message(line: str) -> str:
    """What a line says, without its time and level."""
    record = parse(line)
    if record is None:
        return _printable(line.strip())
    return _printable(f"{_first(record, _MESSAGE)} {_extra(record)}".strip())


class Renderer:
    """Renders `time LEVEL message key=value`, after the name of who wrote it."""

    def __init__(self, names: list[str], colour: bool) -> None:
        self._width = max(map(len, names), default=0)
        self._colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(names)}
        self._colour = colour

    def render(self, name: str, line: str) -> list[str]:
        """The terminal's lines for one line of a log; a traceback in it becomes several."""
        prefix = self._paint(f"{name:<{self._width}} |", self._colours.get(name, ""))
        record = parse(line)
        if record is None:
            return [f"{prefix} {_printable(line)}"]
        level = str(_first(record, _LEVEL)).upper()
        text = " ".join(
            part
            for part in (
                self._paint(_clock(_first(record, _TIME)), _DIM),
                self._paint(f"{level:<7}", _LEVELS.get(level, "")),
                _printable(str(_first(record, _MESSAGE))),
                self._paint(_printable(_extra(record)), _DIM),
            )
            if part
        )
        trace = str(_first(record, _TRACE)).splitlines()
        return [f"{prefix} {text}", *(f"{prefix}   {_printable(part)}" for part in trace)]

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colour and colour and text else text


def _first(record: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((record[key] for key in keys if record.get(key) is not None), "")


def _extra(record: dict[str, Any]) -> str:
    pairs = (item for item in record.items() if item[0] not in _LEFT_OUT)
    return " ".join(f"{key}={_value(value)}" for key, value in pairs)


def _clock(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return f"{moment.astimezone():%H:%M:%S}.{moment.microsecond // 1000:03d}"


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return json.dumps(text, ensure_ascii=False) if not text or " " in text else text


def _printable(text: str) -> str:
    """Without control characters: what users typed must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character == "\t" else f"\\x{ord(character):02x}"
        for character in text
    )
