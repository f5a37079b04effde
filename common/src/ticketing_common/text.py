"""What strangers type and others read: in one form, and nothing in it that can't be seen."""

import re
import unicodedata
from collections.abc import Callable

from pydantic_core import PydanticCustomError

# Categories of Unicode that no line of text needs: control characters, format characters (those
# that turn the direction around, say), and line and paragraph separators.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# Format characters that scripts and emoji are written with. They are seen by what they do to their
# neighbours, and reach no further than the text they stand in.
JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c")
FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")

# Blank, although their categories are those of letters and symbols.
BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")

SHRINKS = 4  # code points that NFC may make one of, at most


def line_of_text(name: str, most: int) -> Callable[[str], str]:
    """A check of one line that its owner must fill in: stripped and in NFC, of 1 to `most`
    characters. What it raises says of `name` what is wrong with it."""

    def check(text: str) -> str:
        text = text.strip()
        if 0 < len(text) <= most and text.isascii() and text.isprintable():
            return text  # as most are
        if len(text) <= most * SHRINKS:  # bounded before it is worked on
            text = unicodedata.normalize("NFC", text)
        if not text:
            raise PydanticCustomError("text", f"{name} is required")
        if len(text) > most:
            raise PydanticCustomError("text", f"{name} must be at most {most} characters")
        if not is_readable(text):
            raise PydanticCustomError(
                "text", f"{name} must not have invisible or control characters"
            )
        return text

    return check


def is_readable(text: str) -> bool:
    """Whether there is something to see, and nothing beside it that can't be."""
    seen = False
    for character in FLAG.sub("\U0001f3f4", text):
        category = unicodedata.category(character)
        if category in UNSEEN and character not in JOINERS:
            return False
        seen = seen or (category[0] in "LNPSC" and category != "Cf" and character not in BLANK)
    return seen


def for_terminal(text: str) -> str:
    """Nothing in it moves the cursor: whoever wrote it does not own this terminal."""
    shown = (char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)
    return "".join(shown)
