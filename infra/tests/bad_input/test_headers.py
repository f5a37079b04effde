"""Headers, paths and queries by chance, as bytes: nothing that is sent is an error of ours."""

import base64
import logging
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.tests.bad_input.serving import REPEATABLE, Serving, serving, serving_pages
from infra.tests.wired import WITH_API
from ticketing_common.session import COOKIE

EFFORT = settings(REPEATABLE, max_examples=300)
# Where callers are asked for their address.
LIMITED = {"RATE_LIMIT_SIGNIN": "1000000", "RATE_LIMIT_ORDERS": "1000000"}


def _session(value: bytes) -> bytes:
    return COOKIE.encode() + b"=" + base64.b64encode(value)


def _token(*parts: bytes) -> bytes:
    token = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return _session(b'{"jwt":"' + token + b'"}')


NASTY = [  # no browser sends these
    *(b"http://[", b"https://[::1", b"//", b"null", b"http://a:99999999999/", b"[", b"\xff\xfe"),
    *(b"", b" ", b"-1", b"+1", b"0x10", b"1e999", b"NaN", b"9" * 5000, b"\xb2", b"1_0"),
    *(b"fe80::1%eth0", b"::ffff:1.2.3.4", b"1.2.3.4:80", b"010.1.1.1", b"unknown", b"," * 99),
    *(b"https,http", b'for="[::1"', b"wait=99", b"wait=\xb2", b"gzip;q=1e999", b"*;q=\xff"),
    *(b"application/json", b"application/json;charset=utf-99", b"multipart/form-data"),
    *(b"multipart/form-data; boundary=", b'multipart/form-data; boundary="\xff'),
    *(b"application/x-www-form-urlencoded; charset=\xff", b"text/plain"),
    *(b"1.2.3.4;9;a", b"a;" + b"9" * 5000 + b";b", b"bytes=0-0,-1", b"websocket", b"100-continue"),
    *(_session(b"[" * 2000), _session(b'{"jwt":' + b"9" * 2900 + b"}"), _session(b"\xff")),
    *(_token(b"[" * 1500, b"{}", b""), _token(b'{"alg":"HS256"}', b"[" * 1500, b"x")),
    _token(b'{"alg":' + b"9" * 1500 + b"}", b"{}", b""),
]
NAMES = st.sampled_from(
    b"Host Cookie Origin Referer Sec-Fetch-Site X-Forwarded-For X-Forwarded-Host X-Forwarded-Port "
    b"X-Forwarded-Proto Forwarded X-Visitor X-Request-ID Content-Type Content-Length TE Expect "
    b"Transfer-Encoding Accept Accept-Encoding Accept-Language Prefer Range If-None-Match Upgrade "
    b"Connection Authorization Stripe-Signature Via".split()
)
BYTES = st.binary(max_size=60).map(lambda raw: raw.translate(None, b"\r\n"))
VALUES = st.one_of(st.sampled_from(NASTY), st.sampled_from(NASTY), BYTES)
HEADERS = st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=5)
METHODS = st.sampled_from([b"GET", b"GET", b"HEAD", b"POST", b"PUT", b"DELETE"])
QUERIES = st.one_of(
    st.just(b""),
    st.tuples(
        st.sampled_from(
            b"limit cursor q sort page before next check card listed minPrice state".split()
        ),
        st.one_of(st.sampled_from(NASTY), BYTES).map(
            lambda raw: b"".join(b"%%%02X" % each for each in raw)
        ),
    ).map(lambda pair: b"?%b=%b" % pair),
)
BODIES = st.one_of(
    st.sampled_from(
        [b"", b"{}", b"email=a&password=b", b"--\r\n", b'--x\r\nContent-Disposition: "']
    ),
    BYTES,
)
ID = b"f" * 24
PATHS = {
    "auth": [b"/api/users/currentuser", b"/api/users/signin", b"/api/users/signout"],
    "tickets": [
        *(b"/api/tickets", b"/api/tickets/mine", b"/api/tickets/mine/counts"),
        *(b"/api/tickets/" + ID, b"/api/tickets/" + ID + b"/state"),
    ],
    "orders": [b"/api/orders", b"/api/orders/counts", b"/api/orders/" + ID],
    "payments": [
        *(b"/api/payments", b"/api/payments/" + ID, b"/api/payments/webhook"),
        b"/api/payments/admissions/" + ID,
    ],
    "client": [
        *(b"/", b"/auth/signin", b"/auth/signup", b"/auth/signout", b"/tickets/new", b"/nowhere"),
        *(b"/tickets/mine", b"/tickets/" + ID, b"/tickets/" + ID + b"/edit", b"/orders"),
        *(b"/orders/" + ID, b"/orders/" + ID + b"/pay", b"/orders/" + ID + b"/cancel"),
        *(b"/orders/" + ID + b"/ticket", b"/check/" + ID, b"/static/x/y.js", b"/api/nowhere"),
    ],
}
EVERYWHERE = [b"/healthz", b"/openapi.json", b"/%FF", b"//", b"*", b"http://[/", b"/a/"]


@pytest.fixture(scope="module", params=[*WITH_API, "client"])
def target(request: pytest.FixtureRequest) -> Iterator[tuple[str, Serving]]:
    if request.param != "client":
        with serving(request.param, **LIMITED) as running:
            yield request.param, running
        return
    with serving("tickets") as api, serving_pages(api.url) as running:
        yield request.param, running


def _ask(url: str, request: bytes) -> bytes:
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 80), 10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


@EFFORT
@given(data=st.data(), method=METHODS, headers=HEADERS, query=QUERIES, body=BODIES)
def test_any_headers(
    target: tuple[str, Serving],
    caplog: pytest.LogCaptureFixture,
    data: st.DataObject,
    method: bytes,
    headers: list[tuple[bytes, bytes]],
    query: bytes,
    body: bytes,
) -> None:
    """An answer below 500, or none where it is no request, and no error in the log."""
    service, running = target
    caplog.clear()
    caplog.set_level(logging.ERROR)
    path = data.draw(st.sampled_from([*PATHS[service], *PATHS[service], *EVERYWHERE]))
    session = [(b"Cookie", running.session["Cookie"].encode())] if data.draw(st.booleans()) else []
    lines = [
        b"%b %b%b HTTP/1.1" % (method, path, query),
        b"Connection: close",
        *(b"%b: %b" % header for header in [*session, *headers]),
        *([b"Content-Length: %d" % len(body)] if body else []),
    ]

    answer = _ask(running.url, b"\r\n".join([*lines, b"", b""]) + body)

    running.await_rest()
    assert not answer or answer[9:10] in (b"1", b"2", b"3", b"4"), answer
    assert not [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
