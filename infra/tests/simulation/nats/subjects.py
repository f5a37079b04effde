"""Subjects, by tokens, and the patterns that name several of them."""

import itertools


def literal(pattern: list[str]) -> tuple[str, ...]:
    """What comes before the first wildcard."""
    return tuple(itertools.takewhile(lambda token: token not in ("*", ">"), pattern))


def fits(pattern: list[str], tokens: list[str]) -> bool:
    if pattern[-1] == ">":
        pattern, tokens = pattern[:-1], tokens[: len(pattern) - 1]
    if len(pattern) != len(tokens):
        return False
    return all(wanted in ("*", token) for wanted, token in zip(pattern, tokens, strict=True))
