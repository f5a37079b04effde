"""Bodies: JSON objects whose fields are checked, each with the message a person should read."""

from typing import Annotated, Any, ClassVar, TypeVar, get_args

import orjson
from fastapi import Body
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core.core_schema import ErrorType
from starlette.requests import Request

from ticketing_common.errors import (
    BadRequestError,
    PayloadTooLargeError,
    RequestTimeoutError,
    RequestValidationError,
)

MAX_BODY = 64 * 1024  # bytes
_TECHNICAL = set(get_args(ErrorType))  # pydantic's own error types; the rest are ours

B = TypeVar("B", bound="RequestBody")


class RequestBody(BaseModel):
    """A body's fields; `messages` says, by the field's JSON name, what is wrong with a bad one."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, str_strip_whitespace=False
    )

    messages: ClassVar[dict[str, str]] = {}


RawBody = Annotated[bytes, Body(media_type="application/json")]
"""The parameter of a route that wants the body as it came, unread: to check its signature, say."""


async def read_json_object(request: Request) -> dict[str, Any]:
    """The body, which must be a JSON object of at most 64 KiB. (The server bounds how long it
    takes to come.)

    Raises `BadRequestError`, `PayloadTooLargeError` or `RequestTimeoutError`.
    """
    try:
        value = orjson.loads(await read_body(request))
    except orjson.JSONDecodeError:
        raise BadRequestError("The request body must be valid JSON") from None
    if not isinstance(value, dict):
        raise BadRequestError("The request body must be a JSON object")
    return value


async def read_body(request: Request) -> bytes:
    """The body, of at most 64 KiB; raises `PayloadTooLargeError` or `RequestTimeoutError`."""
    body, more = b"", True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":  # or the server has given it up
            raise RequestTimeoutError  # which nobody hears
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise PayloadTooLargeError
        more = message.get("more_body", False)
    return body


def validate_request(model: type[B], fields: dict[str, Any]) -> B:
    """The fields as a body; raise `RequestValidationError`, one message a field, where wrong."""
    try:
        body: B = model.__pydantic_validator__.validate_python(fields)
        return body
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for problem in error.errors(include_url=False, include_input=False):
            field = str(problem["loc"][0]) if problem["loc"] else ""
            message = problem["msg"]
            if problem["type"] in _TECHNICAL:
                message = model.messages.get(field, message)
            wrong.setdefault(field, message)
        raise RequestValidationError(list(wrong.items())) from None
