"""An event on its way."""

import pytest

from common.tests.conftest import Note, news
from ticketing_common.events.message import MAX_SIZE, Message
from ticketing_common.request_ids import request_id


def test_headers_count_towards_an_event_s_size(note: Note) -> None:
    """An event that is too long together with them does not get into an outbox."""
    title = "x" * 500
    event = news(note).model_copy(update={"title": title})
    fits = MAX_SIZE - len(event.model_dump_json(by_alias=True, exclude_none=True)) - 200

    token = request_id.set("x" * fits)
    Message.of(event)
    request_id.set("x" * (fits + 200))
    with pytest.raises(ValueError, match="bytes"):
        Message.of(event)
    request_id.reset(token)
