"""Slow clients, floods and smuggled requests, on the whole stack: others are served meanwhile."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, until

SLOW = 60  # connections of each kind
PATIENCE = 3.0  # seconds for one request of somebody else
GIVEN_UP = 40.0  # seconds, until the last slow connection is closed
HEADS = {
    "nothing": b"",
    "half a head": b"POST /api/users/signin HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "half a body": b"POST /api/users/signin HTTP/1.1\r\nHost: localhost\r\n"
    b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"email":',
}


def _connect(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname or "", address.port or 80), timeout=GIVEN_UP)


@contextmanager
def _slow(urls: list[str]) -> Iterator[list[socket.socket]]:
    with ExitStack() as opened:
        sockets = []
        for url in urls:
            for head in HEADS.values():
                for _ in range(SLOW):
                    sockets.append(opened.enter_context(_connect(url)))
                    sockets[-1].sendall(head)
        yield sockets


def _served(visitor: Visitor) -> None:
    for method, path, body in (
        ("GET", "/api/tickets", None),
        ("POST", "/api/tickets", {"title": "Concert", "price": 20}),
        ("GET", "/api/users/currentuser", None),
        ("POST", "/api/users/signin", {"email": "nobody@test.com", "password": "password"}),
        ("GET", "/", None),
    ):
        response = visitor.http.request(method, path, json=body, timeout=PATIENCE)
        assert response.status_code in (200, 201, 400), (path, response.text)


def test_slow_clients_keep_nobody_waiting(stack: Stack, buyer: Visitor) -> None:
    """At the gateway and at a service itself; in the end each of them is turned away."""
    with _slow([stack.url, stack.url_of("auth")]) as slow:
        for _ in range(3):
            _served(buyer)

        for each in slow:
            assert _last_words(each).split(b"\r\n")[0] in (b"", b"HTTP/1.1 408 Request Timeout")


def _last_words(connection: socket.socket) -> bytes:
    said = b""
    try:
        while chunk := connection.recv(4096):
            said += chunk
    except ConnectionResetError:  # NGINX does not wait for them to hear it
        return b""
    return said


def test_a_flood_of_signins_does_not_drown_the_others(stack: Stack, buyer: Visitor) -> None:
    """Each is answered or refused with a 503; tickets are sold and health is fine meanwhile."""
    stop = threading.Event()
    answers: Counter[int] = Counter()
    body = {"email": "nobody@test.com", "password": "password"}

    def flood(_: int) -> None:
        with httpx.Client(base_url=stack.url, timeout=60) as http:
            while not stop.is_set():
                answers[http.post("/api/users/signin", json=body).status_code] += 1

    with ThreadPoolExecutor(80) as pool:
        flooding = [pool.submit(flood, number) for number in range(80)]
        try:
            until(lambda: sum(answers.values()) > 80)
            for _ in range(5):
                response = buyer.http.get("/api/tickets", timeout=PATIENCE)
                assert response.status_code == 200
                health = httpx.get(f"{stack.url_of('auth')}/healthz", timeout=PATIENCE)
                assert health.status_code == 200
        finally:
            stop.set()
        for each in flooding:
            each.result(60)

    assert set(answers) <= {400, 503}, answers


SMUGGLED = (
    b"POST /api/tickets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Cookie: %(cookie)s\r\nContent-Length: 31\r\n\r\n"
    b'{"title":"Smuggled","price":20}'
)
FRAMES = {
    "both lengths": b"Content-Length: %(length)d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: %(length)d\r\n\r\n",
    "a length with a sign": b"Content-Length: +0\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, %(length)d\r\n\r\n",
    "an encoding in disguise": b"Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n",
    "a folded header": b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n",
    "two encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a bare line feed": b"X: y\nContent-Length: %(length)d\r\n\r\n",
    "a chunk of nonsense": b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
}


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("target", ["gateway", "tickets"])
def test_no_request_is_smuggled_in_another(
    stack: Stack, visitor: Callable[[], Visitor], target: str, frame: str
) -> None:
    """What is inside one request's body, by one reading of it, is nobody's next request."""
    thief = visitor()
    inner = SMUGGLED % {b"cookie": f"session={thief.http.cookies['session']}".encode()}
    outer = b"POST /api/tickets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head = FRAMES[frame] % {b"length": len(inner)}
    url = stack.url if target == "gateway" else stack.url_of("tickets")

    with _connect(url) as connection:
        connection.settimeout(2)
        connection.sendall(outer + head + inner)
        answers = _until_silence(connection)

    assert b"HTTP/1.1 201" not in answers, answers
    assert b"HTTP/1.1 500" not in answers, answers
    assert thief.http.get("/api/tickets/mine").json() == []


def _until_silence(connection: socket.socket) -> bytes:
    said = b""
    try:
        while chunk := connection.recv(4096):
            said += chunk
    except (TimeoutError, ConnectionResetError):
        return said
    return said


@pytest.mark.parametrize(
    "header",
    [
        b"X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1",
        b"X-Request-ID: a\x00b",
        b"X-Request-ID: " + b"a" * 7000,
        b"Cookie: session=" + b"a" * 7000,
        b"Cookie: session=a; session=b; $Version=1",
        b"X_Forwarded_For: 1.2.3.4",
        b"Content-Type: application/json; charset=\xff",
        b"Expect: 200-nothing",
        b"Upgrade: websocket\r\nConnection: Upgrade, X-Forwarded-For",
        b"Connection: keep-alive, Cookie, X-Request-ID",
        b"Host: ticketing.dev\r\nHost: elsewhere",
        b"Range: bytes=0-0,-1",
        b": nameless",
    ],
)
def test_strange_headers(stack: Stack, header: bytes) -> None:
    """A plain answer or a refusal, and never an error of ours."""
    with _connect(stack.url) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /api/tickets HTTP/1.1\r\nHost: localhost\r\n" + header)
        connection.sendall(b"\r\nConnection: close\r\n\r\n")
        answer = _until_silence(connection)

    assert answer[:12] in (b"HTTP/1.1 200", b"HTTP/1.1 400", b"HTTP/1.1 414", b"HTTP/1.1 417"), (
        answer
    )
    assert answer.count(b"HTTP/1.1") == 1
