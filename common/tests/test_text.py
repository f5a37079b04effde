"""What strangers type and others read."""
# ruff: noqa: RUF001 - of every script

import time

import pytest
from pydantic_core import PydanticCustomError

from ticketing_common.text import line_of_text

title = line_of_text("Title", 200)

INVISIBLE = "Title must not have invisible or control characters"


@pytest.mark.parametrize(
    "text",
    [
        "A concert, row 3",
        "Beyoncé ☂ 東京 Ω £5",
        "שלום, row 3",
        "می\u200cخواهم",  # Persian, written with a joiner
        "عربي\u200f (A)\u200e",  # marks of direction that end with what they stand beside
        "👩\u200d👩\u200d👧 day",  # one picture of three
        "❤\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f v Wales",
        "\U0001fae9",  # newer than Python's tables
        "x" * 200,
        "𝄞" * 200,  # characters are counted, not the bytes they take
    ],
)
def test_is_kept(text: str) -> None:
    """Every script, and every emoji, as it is written."""
    assert title(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" \u3000A concert\t\n", "A concert"),
        ("Beyonce\u0301", "Beyoncé"),
        ("e\u0301" * 200, "é" * 200),  # 400 as typed
        ("\u212bngstrom", "Ångstrom"),
    ],
)
def test_is_put_in_one_form(text: str, kept: str) -> None:
    """Stripped and composed, so that what looks alike is alike."""
    assert title(text) == kept


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Title is required"),
        (" \u2003\n", "Title is required"),
        ("x" * 201, "Title must be at most 200 characters"),
        ("e\u0301" * 201, "Title must be at most 200 characters"),
        ("a\u0000b", INVISIBLE),
        ("a\tb", INVISIBLE),
        ("a\nb", INVISIBLE),
        ("a\u2028b", INVISIBLE),
        ("a\u0085b", INVISIBLE),
        ("a\u200bb", INVISIBLE),  # no space at all
        ("\ufeffa", INVISIBLE),
        ("so\u00adft", INVISIBLE),
        ("Jazz\u202e5$", INVISIBLE),  # turns what follows around
        ("a\u2067b", INVISIBLE),
        ("b\u2069c", INVISIBLE),  # ends the isolation that it is shown in
        ("\U000e0041\U000e0042", INVISIBLE),
        ("\u200b", INVISIBLE),
        ("\u200d", INVISIBLE),
        ("\u3164\u3164", INVISIBLE),
        ("\u2800", INVISIBLE),
        ("\ufe0f", INVISIBLE),
        ("\u0301", INVISIBLE),
    ],
)
def test_is_refused(text: str, message: str) -> None:
    """What is missing, too long, or can't be seen is told apart."""
    with pytest.raises(PydanticCustomError, match=f"^{message}$"):
        title(text)


def test_a_long_one_costs_nothing() -> None:
    """As much as a body holds of what Unicode puts in order by insertion, 32,000 long."""
    began = time.thread_time()

    with pytest.raises(PydanticCustomError):
        title("a" + "\u0301\u0327" * 16_000)

    assert time.thread_time() - began < 0.05
