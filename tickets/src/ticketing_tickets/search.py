"""What a search looks at: a title's words, without what people don't type.

    Beyoncé: Renaissance World Tour   becomes   beyonce renaissance world tour

Case, accents and the ways to compose them make no difference; nor do apostrophes and marks that
can't be seen. What is searched for becomes words in the same way, and each has to be the beginning
of one of the title's, or of what follows an apostrophe in it: "opera" finds "L'Opéra".
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

MOST_WORDS = 50  # of a title: each is a key of the index
MOST_SEARCHED = 10  # words
MOST_REMEMBERED = 512  # titles, of 10 KB at most with their words
SORTED_BY = 200  # characters of a normalised title: a cursor holds them
LONGEST = 1000  # characters of a normalised title; some letters become a dozen

_APOSTROPHES = "'`\u00b4\u02bc\u2018\u2019"
_AFTER_APOSTROPHE = re.compile(f"(?<=\\w)[{_APOSTROPHES}](\\w\\S*)")

# What is no letter with an accent to Unicode, and is one to whoever types it.
_ALIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "æ": "ae", "œ": "oe"}
    | {"ð": "d", "þ": "th"}
    | dict.fromkeys(_APOSTROPHES, "")
)
# The same for titles of ASCII alone, as most are, in one step.
_ASCII = str.maketrans(
    {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
    | dict.fromkeys(map(ord, "'`"), "")
)


def words_of(text: str) -> list[str]:
    """Its words, normalised, in their order."""
    if text.isascii():
        return text.translate(_ASCII)[:LONGEST].split()
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(map(_plain, letters.translate(_ALIKE)[:LONGEST])).split()


def _plain(letter: str) -> str:
    """Letters, digits and the vowels of scripts that write them as marks stay."""
    category = unicodedata.category(letter)
    if category == "Cf" or unicodedata.combining(letter):
        return ""
    return letter if category[0] in "LMN" else " "


@lru_cache(maxsize=MOST_REMEMBERED)
def search_fields(title: str, *more: str) -> dict[str, Any]:
    """What is stored of it: `title` to sort by, and the `words` of all that it is found by (one
    that is empty where there are none, for whoever looks for tickets without the field).

    Not to be changed: a ticket is saved several times within minutes, and this is remembered."""
    words = words_of(title)
    others = [
        *more,
        *(after for text in (title, *more) for after in _AFTER_APOSTROPHE.findall(text)),
    ]
    all_words = [*words, *(word for text in others for word in words_of(text))] if others else words
    different = list(dict.fromkeys(all_words))[:MOST_WORDS]
    return {"title": " ".join(words)[:SORTED_BY], "words": different or [""]}


def searched(text: str) -> list[str]:
    """The words that a search is for, the longest first, at most `MOST_SEARCHED` of them; without
    those that are beginnings of others."""
    words: list[str] = []
    for word in sorted(set(words_of(text)), key=lambda word: (-len(word), word)):
        if not any(other.startswith(word) for other in words):
            words.append(word)
    return words[:MOST_SEARCHED]
