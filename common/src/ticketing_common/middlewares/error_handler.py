"""The one place where errors become responses."""

import logging

import orjson
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ticketing_common.errors import BadRequestError, CustomError, NotFoundError
from ticketing_common.logs import reason

logger = logging.getLogger(__name__)


def error_response(error: CustomError) -> Response:
    """The standard error body, `{"errors": [{"message", "field"?}]}`."""
    return Response(
        orjson.dumps(error.body()),
        status_code=error.status_code,
        headers=dict(error.headers),
        media_type="application/json",
    )


def handle_errors(app: FastAPI) -> None:
    """Render our own errors as they say; the framework's as ours (an unknown method is a 404)."""
    app.add_exception_handler(CustomError, _custom)
    app.add_exception_handler(HTTPException, _http)


def render_error(error: CustomError) -> Response:
    """Its response, with a line in the log where it is our trouble, not the caller's."""
    if error.status_code >= 500:
        logger.warning("unavailable", extra={"reason": reason(error)})
    return error_response(error)


def _custom(_: Request, error: Exception) -> Response:
    assert isinstance(error, CustomError)  # noqa: S101 - what it is registered for
    return render_error(error)


def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    if error.status_code in (404, 405):
        return error_response(NotFoundError())
    rendered = BadRequestError("Bad request")
    rendered.status_code = error.status_code
    return error_response(rendered)
