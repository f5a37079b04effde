"""Log lines on the terminal."""

import json

import pytest

from ticketing_local.logs.rendering import Renderer, is_severe, message

TIME = "2026-11-22T12:00:01.234567+00:00"


def record(**fields: object) -> str:
    return json.dumps(
        {"timestamp": TIME, "level": "INFO", "logger": "x", "service": "tickets"} | fields
    )


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Renderer:
    return Renderer(["tickets", "orders"], colour=False)


def test_a_record_reads_time_level_message_and_the_rest(plain: Renderer) -> None:
    """JSON becomes one line under the name of who wrote it."""
    lines = plain.render("orders", record(message="order created", order_id="6b02", price=19.99))

    (line,) = lines
    assert line.startswith("orders  | ")
    assert ":01.234 INFO    order created order_id=6b02 price=19.99" in line
    assert "\033" not in line


def test_values_with_spaces_are_quoted(plain: Renderer) -> None:
    """One can tell where a value ends, whatever it holds."""
    (line,) = plain.render("tickets", record(message="m", title="two words", tags=["a"], none=""))

    assert line.endswith('m title="two words" tags=["a"] none=""')


def test_a_traceback_is_on_lines_of_its_own(plain: Renderer) -> None:
    """An exception stays readable, each line under the service's name."""
    lines = plain.render("tickets", record(message="failed", exc_info="Traceback:\n  boom"))

    assert [line.partition("| ")[2].strip() for line in lines[1:]] == ["Traceback:", "boom"]
    assert all(line.startswith("tickets | ") for line in lines)


@pytest.mark.parametrize("line", ["plain text", "{not json", "[1]", "{}x"])
def test_text_stays_text(plain: Renderer, line: str) -> None:
    """What is no JSON object is passed on as it is."""
    assert plain.render("tickets", line) == [f"tickets | {line}"]


def test_control_characters_can_t_steer_the_terminal(plain: Renderer) -> None:
    """A title someone typed is shown, not carried out."""
    (line,) = plain.render("tickets", record(message="t", title="\033[2J\a"))

    assert "\033" not in line
    assert "\\u001b[2J" in line or "\\x1b[2J" in line


def test_colour_is_for_the_name_and_the_level() -> None:
    """On a terminal each service has its colour, and errors are red."""
    (line,) = Renderer(["tickets"], colour=True).render(
        "tickets", record(level="ERROR", message="m")
    )

    assert line.startswith("\033[36mtickets |\033[0m")
    assert "\033[31mERROR  \033[0m" in line


def test_severe_is_an_error_or_text() -> None:
    """While all is starting only errors are shown; text may be a traceback."""
    assert is_severe(record(level="ERROR", message="m"))
    assert is_severe("Traceback (most recent call last):")
    assert not is_severe(record(level="WARNING", message="m"))


def test_a_message_has_its_reason_with_it() -> None:
    """The last words of a process tell why, without time and level."""
    assert message(record(message="waiting", reason="refused")) == "waiting reason=refused"
    assert message("  text ") == "text"
