"""HTTP/1.1 as bytes: just enough of it to put load on a server without being the load."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Head:
    """Where an answer's body starts and ends; `length` is None where it comes in chunks."""

    status: int
    body: int
    length: int | None
    closes: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` 0 means that the connection was lost before there was one."""

    status: int
    body: bytes = b""

    def json(self) -> Any:
        return orjson.loads(self.body)


def request(method: str, path: str, cookie: str = "", body: Any = None) -> bytes:
    """A whole request, ready to be sent as often as one likes."""
    lines = [f"{method} {path} HTTP/1.1", "host: localhost"]
    if cookie:
        lines.append(f"cookie: session={cookie}")
    content = b"" if body is None else orjson.dumps(body)
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


def head_of(received: bytes) -> Head | None:
    """The head at the beginning, once all of it is there."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = received[:end].lower()
    status = int(head[9:12])
    closes = b"\r\nconnection: close" in head
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        length: int | None = int(head[at + 17 :].split(b"\r\n", 1)[0])
    elif status in (204, 304) or b"\r\ntransfer-encoding: chunked" not in head:
        length = 0
    else:
        length = None
    return Head(status, end + 4, length, closes)


def is_whole(received: bytes, head: Head) -> bool:
    if head.length is None:
        return received.endswith(b"0\r\n\r\n")
    return len(received) >= head.body + head.length
