"""What an endpoint accepts: every parameter is named, typed and checked before it executes.

Values are Stripe's: an integer is digits only, so `1998.9999999999998` is refused as it would be.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from ticketing_stripe_fake.errors import StripeError, invalid_parameter
from ticketing_stripe_fake.forms import Form, FormValue

Reader: TypeAlias = Callable[[FormValue, str], Any]
Fields: TypeAlias = Mapping[str, Reader]
Params: TypeAlias = dict[str, Any]

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SUFFIX = 22 - len("TKT* ")
_METADATA_KEYS, _METADATA_KEY, _METADATA_VALUE = 50, 40, 500


def read(form: Form, fields: Fields, *, required: Iterable[str] = (), prefix: str = "") -> Params:
    """Raises StripeError 400 with `param` naming the first parameter at fault."""
    unknown = [name for name in form if name not in fields]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        names = ", ".join(_join(prefix, name) for name in unknown)
        message = f"Received unknown parameter{plural}: {names}"
        raise invalid_parameter("parameter_unknown", message, _join(prefix, unknown[0]))
    for name in required:
        if name not in form:
            param = _join(prefix, name)
            message = f"Missing required param: {param}."
            raise invalid_parameter("parameter_missing", message, param)
    return {name: fields[name](value, _join(prefix, name)) for name, value in form.items()}


def string(value: FormValue, param: str) -> str:
    if not isinstance(value, str):
        raise StripeError(400, "Invalid string", param=param, began=False)
    if not value:
        message = (
            f"You passed an empty string for '{param}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{param}' cannot be unset. You should remove '{param}' "
            "from your request or supply a non-empty value."
        )
        raise invalid_parameter("parameter_invalid_empty", message, param)
    return value


def integer(minimum: int | None = None, maximum: int | None = None) -> Reader:
    def read_integer(value: FormValue, param: str) -> int:
        text = string(value, param)
        if not _INTEGER.fullmatch(text):
            raise invalid_parameter("parameter_invalid_integer", f"Invalid integer: {text}", param)
        number = int(text)
        for bound, word, crossed in (
            (minimum, "greater", minimum is not None and number < minimum),
            (maximum, "less", maximum is not None and number > maximum),
        ):
            if crossed:
                message = f"This value must be {word} than or equal to {bound}."
                raise invalid_parameter("parameter_invalid_integer", message, param)
        return number

    return read_integer


def boolean(value: FormValue, param: str) -> bool:
    text = string(value, param)
    if text not in {"true", "false"}:
        raise StripeError(400, f"Invalid boolean: {text}", param=param, began=False)
    return text == "true"


def one_of(*allowed: str) -> Reader:
    def read_choice(value: FormValue, param: str) -> str:
        text = string(value, param)
        if text not in allowed:
            choices = f"{', '.join(allowed[:-1])}, or {allowed[-1]}" if allowed[1:] else allowed[0]
            raise StripeError(
                400, f"Invalid {param}: must be one of {choices}", param=param, began=False
            )
        return text

    return read_choice


def strings(value: FormValue, param: str) -> list[str]:
    if isinstance(value, str) or not all(index.isdecimal() for index in value):
        raise StripeError(400, "Invalid array", param=param, began=False)
    return [string(item, f"{param}[{index}]") for index, item in value.items()]


def hash_of(fields: Fields, *, required: Iterable[str] = ()) -> Reader:
    def read_hash(value: FormValue, param: str) -> Params:
        if isinstance(value, str):
            raise StripeError(400, "Invalid object", param=param, began=False)
        return read(value, fields, required=required, prefix=param)

    return read_hash


def metadata(value: FormValue, param: str) -> dict[str, str]:
    """At most 50 keys of 40 characters, values of 500; an empty value unsets its key."""
    if isinstance(value, str):
        if value:
            raise StripeError(400, f"Invalid {param}: must be a hash", param=param, began=False)
        return {}
    if len(value) > _METADATA_KEYS:
        message = f"Metadata can have at most {_METADATA_KEYS} keys"
        raise StripeError(400, message, param=param, began=False)
    pairs: dict[str, str] = {}
    for key, text in value.items():
        if not isinstance(text, str) or len(key) > _METADATA_KEY or len(text) > _METADATA_VALUE:
            message = (
                f"Metadata keys have at most {_METADATA_KEY} characters and values at most "
                f"{_METADATA_VALUE}"
            )
            raise StripeError(400, message, param=_join(param, key), began=False)
        if text:
            pairs[key] = text
    return pairs


def email(value: FormValue, param: str) -> str:
    text = string(value, param)
    if not _EMAIL.fullmatch(text):
        raise invalid_parameter("email_invalid", f"Invalid email address: {text}", param)
    return text


def statement_descriptor_suffix(value: FormValue, param: str) -> str:
    """With the account's name before it, at most 22 characters stand on a card's statement."""
    text = string(value, param)
    if (
        len(text) > _SUFFIX
        or not any(each.isalpha() for each in text)
        or set(text) & set("<>\\'\"*")
    ):
        message = (
            f"The statement descriptor suffix must have at most {_SUFFIX} characters, one letter, "
            "and none of < > \\ ' \" *."
        )
        raise StripeError(400, message, param=param, began=False)
    return text


def anything(value: FormValue, param: str) -> FormValue:
    return value


def _join(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name
