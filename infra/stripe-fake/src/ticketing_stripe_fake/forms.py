"""Form bodies with nested keys: `metadata[order]=1&expand[0]=latest_charge` becomes a tree."""

import hashlib
from typing import TypeAlias
from urllib.parse import parse_qsl

from ticketing_stripe_fake.errors import StripeError

FormValue: TypeAlias = "str | dict[str, FormValue]"
Form: TypeAlias = "dict[str, FormValue]"
Pairs: TypeAlias = list[tuple[str, str]]


def parse_pairs(text: str) -> Pairs:
    return parse_qsl(text, keep_blank_values=True)


def parse_form(pairs: Pairs) -> Form:
    """Raises StripeError 400 when a name is both a value and a hash, or is no name at all."""
    form: Form = {}
    for name, value in pairs:
        _insert(form, name, value)
    return form


def fingerprint(pairs: Pairs) -> bytes:
    """The same for the same parameters in another order or another escaping."""
    return hashlib.blake2b(repr(sorted(pairs)).encode(), digest_size=16).digest()


def _insert(form: Form, name: str, value: str) -> None:
    *parents, last = _segments(name)
    branch = form
    for segment in parents:
        child = branch.setdefault(segment, {})
        if isinstance(child, str):
            raise _unreadable(name)
        branch = child
    key = last or str(len(branch))  # `expand[]` appends
    if isinstance(branch.get(key), dict):
        raise _unreadable(name)
    branch[key] = value


def _segments(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    if not bracket:
        return [head]
    if not head or not rest.endswith("]"):
        raise _unreadable(name)
    return [head, *rest[:-1].split("][")]


def _unreadable(name: str) -> StripeError:
    return StripeError(400, f"Invalid form parameter: {name}", param=name, began=False)
