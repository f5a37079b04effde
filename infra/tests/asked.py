"""What PromQL asks for: names of figures, and the labels that they are picked or kept by."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_RANGE = re.compile(r"\[[^\]]*\]")
_KEPT = re.compile(r"\b(?:by|on) ?\(([^)]*)\)")
_FIGURE = re.compile(r"(?<![\w:.$])([a-zA-Z_:][\w:]*)(?:\{([^}]*)\}|(?!\w|:|\s*\())")
_PICKED = re.compile(r"(\w+)\s*[=!]")
_OPERATORS = {"and", "or", "unless", "bool"}


class Asked(NamedTuple):
    """A sample by its name, and the labels it is picked or kept by."""

    name: str
    labels: frozenset[str]


def asked(expressions: Iterable[str]) -> set[Asked]:
    """All that they ask for but what rules record, whose names have colons."""
    return {each for text in expressions for each in _of(text) if ":" not in each.name}


def kept(expression: str) -> set[str]:
    """The labels that it groups or joins by."""
    return {label for each in _KEPT.findall(expression) for label in re.findall(r"\w+", each)}


def _of(expression: str) -> Iterator[Asked]:
    bare = _RANGE.sub("", _STRING.sub("", expression))
    for name, picked in _FIGURE.findall(_KEPT.sub("", bare)):
        if name not in _OPERATORS:
            yield Asked(name, frozenset(_PICKED.findall(picked)) | kept(bare))
