"""What may be asked of NATS and JetStream, with one kind of failure: it does not answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from ticketing_common.errors import ServiceUnavailableError

# RuntimeError is uvloop's, where a connection was reset that is being written to. A timeout is an
# OSError; an answer that was cut off is no JSON.
CONNECTION_ERRORS = (NatsError, OSError, RuntimeError, json.JSONDecodeError)


class BrokerUnavailableError(ServiceUnavailableError):
    """NATS does not answer, or could not do what it was asked in time."""


@contextmanager
def answering() -> Iterator[None]:
    """Turn whatever the connection raises into `BrokerUnavailableError`; that there is no such
    stream, consumer or message is an answer, and stays nats-py's `NotFoundError`."""
    try:
        yield
    except NotFoundError:
        raise
    except CONNECTION_ERRORS as error:
        raise BrokerUnavailableError from error


class JetStream(JetStreamContext):
    """JetStream's own interface, whose every question goes through here."""

    async def _api_request(self, *arguments: Any, **options: Any) -> dict[str, Any]:
        with answering():
            return await super()._api_request(*arguments, **options)
