"""Whoever is nobody to us takes no memory away for good, from any service."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from threading import Thread
from urllib.parse import urlsplit

import httptools
import psutil
import pytest

from ticketing_local.harness import Stack, until

PATHS = {
    "auth": "/api/users/currentuser",
    "tickets": "/api/tickets/mine",
    "orders": "/api/orders",
    "payments": f"/api/payments/{'f' * 24}",
    "expiration": "/healthz",
    "client": "/tickets/new",
}
REQUESTS = 5000
AT_ONCE = 8  # sent before their answers are read
LONG = 30_000  # characters of a header or an address
CONNECTIONS = 20
TOO_MUCH = 1_000_000_000  # bytes of headers on each connection, if nobody stopped it
GROWTH = 10.0  # MiB


def _resident(stack: Stack, service: str) -> float:
    """Mebibytes of memory."""
    return psutil.Process(stack.processes()[service]["pid"]).memory_info().rss / 2**20


def _address(stack: Stack, service: str) -> tuple[str, int]:
    url = urlsplit(stack.url_of(service))
    return url.hostname or "", url.port or 80


def _long(number: int) -> str:
    return f"{number:x}-".ljust(LONG, "x")


OTHERS = ("Referer", "Origin", "X-Request-ID", "X-Forwarded-For", "X-Forwarded-Host")

Request = tuple[str, dict[str, str]]  # path, headers
KINDS: dict[str, Callable[[str, str], Request]] = {
    "cookies": lambda path, long: (path, {"Cookie": f"theme={long}; session={long[:4000]}"}),
    "sessions": lambda path, long: (path, {"Cookie": f"session={long}"}),
    "addresses": lambda path, long: (f"{path}?before={long}&cursor={long[:9]}", {}),
    "other headers": lambda path, long: (path, dict.fromkeys(OTHERS, long[:8000])),
}


class _Answers:
    """What the parser tells of them, while they come."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.awaited = 0

    def on_message_complete(self) -> None:
        assert self.parser.get_status_code() < 500
        self.awaited -= 1


def _ask(stack: Stack, service: str, requests: Iterator[Request]) -> None:
    """All of them on one connection. (A client that does more for each takes longer than services
    do to answer.)"""
    answers = _Answers()
    with socket.create_connection(_address(stack, service), timeout=30) as connection:
        while some := list(islice(requests, AT_ONCE)):
            connection.sendall(b"".join(_head(*each) for each in some))
            answers.awaited = len(some)
            while answers.awaited:
                came = connection.recv(2**16)
                assert came, "hung up"
                answers.parser.feed_data(came)


def _head(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in {"Host": "localhost", **headers}.items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


@pytest.mark.parametrize("service", PATHS)
def test_long_headers_are_not_kept(stack: Stack, service: str) -> None:
    """5,000 requests with as many long cookies leave a service as large as it was; so do as many
    of other headers and addresses."""
    _ask(stack, service, iter([(PATHS[service], {})] * 200))
    before = _resident(stack, service)
    grown = {}

    for kind, request in KINDS.items():
        numbers = range(REQUESTS if kind == "cookies" else REQUESTS // 5)
        _ask(stack, service, (request(PATHS[service], _long(number)) for number in numbers))
        grown[kind] = round(_resident(stack, service) - before, 1)

    print(service, round(before, 1), "MiB, then", grown)
    assert max(grown.values()) < GROWTH, grown


ENDLESS = {
    "a header": (b"X: ", b"x" * 100_000),
    "small headers": (b"", b"a:\r\n" * 25_000),
}


@pytest.mark.parametrize("service", PATHS)
def test_endless_headers_are_not_kept(stack: Stack, service: str) -> None:
    """Each of 20 connections is closed, and the service is as large as it was."""
    _ask(stack, service, iter([(PATHS[service], {})] * 200))
    before = _resident(stack, service)
    grown = {}

    for kind, (first, more) in ENDLESS.items():
        with ExitStack() as opened:
            connections = [
                opened.enter_context(socket.create_connection(_address(stack, service), 30))
                for _ in range(CONNECTIONS)
            ]
            _say_all(connections, b"GET / HTTP/1.1\r\nHost: a\r\n" + first, more)
        grown[kind] = round(_resident(stack, service) - before, 1)

    print(service, round(before, 1), "MiB, then", grown)
    assert max(grown.values()) < GROWTH, grown


def _say_all(connections: Sequence[socket.socket], first: bytes, more: bytes) -> None:
    """Until nobody listens any more."""
    sent = [0] * len(connections)

    def say(number: int) -> None:
        with suppress(ConnectionError):
            connections[number].sendall(first)
            while sent[number] < TOO_MUCH:
                connections[number].sendall(more)
                sent[number] += len(more)

    threads = [Thread(target=say, args=(number,), daemon=True) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    until(lambda: not any(thread.is_alive() for thread in threads))
    assert max(sent) < TOO_MUCH
