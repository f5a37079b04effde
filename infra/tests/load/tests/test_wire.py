import pytest

from infra.tests.load.wire import Answer, head_of, is_whole, request


def test_a_request_has_its_session_and_its_body() -> None:
    """What is sent is what the API expects of a signed-in user."""
    sent = request("POST", "/api/orders", "abc=", {"ticketId": "1"})

    assert sent.startswith(b"POST /api/orders HTTP/1.1\r\n")
    assert b"\r\ncookie: session=abc=\r\n" in sent
    assert b"\r\ncontent-length: 16\r\n" in sent
    assert sent.endswith(b'\r\n\r\n{"ticketId":"1"}')


def test_an_answer_is_whole_once_all_of_its_body_is_there() -> None:
    """The length in the head says when."""
    whole = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello"

    head = head_of(whole)

    assert head is not None
    assert head.status == 201
    assert not is_whole(whole[:-1], head)
    assert is_whole(whole, head)


def test_half_a_head_is_none() -> None:
    """Nothing is known before the empty line."""
    assert head_of(b"HTTP/1.1 200 OK\r\ncontent-le") is None


def test_chunks_end_with_an_empty_one() -> None:
    """A server that does not know the length says so."""
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"
    head = head_of(answer)

    assert head is not None
    assert not is_whole(answer, head)
    assert is_whole(answer + b"0\r\n\r\n", head)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(status: bytes) -> None:
    """They are whole with their head."""
    answer = b"HTTP/1.1 " + status + b"\r\nconnection: close\r\n\r\n"
    head = head_of(answer)

    assert head is not None
    assert is_whole(answer, head)
    assert head.closes


def test_a_body_is_read_as_json() -> None:
    """Ids are needed from it."""
    assert Answer(200, b'{"id":"1"}').json() == {"id": "1"}
