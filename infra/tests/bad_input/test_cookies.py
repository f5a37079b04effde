"""Cookies and tokens that nobody of good will would send, to every service."""

import base64
import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from jose import jwt

from infra.tests.bad_input.conftest import check
from infra.tests.bad_input.serving import REPEATABLE, USER, Serving
from ticketing_common.session import COOKIE
from ticketing_common.testing.sessions import JWT_KEY

EFFORT = settings(REPEATABLE, max_examples=40)


def _cookie(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.b64encode(raw).decode()


CLAIMS = {"id": USER, "email": "test@test.com", "iat": int(time.time())}
COOKIES = st.one_of(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"'), max_size=99
    ),
    st.binary(max_size=99).map(_cookie),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=6,
    ).map(_cookie),
    st.sampled_from(
        [
            _cookie({"jwt": None}),
            _cookie({"jwt": {"$gt": ""}}),
            _cookie({"jwt": "a.b.c"}),
            _cookie({"jwt": "." * 3000}),
            _cookie(b'{"jwt":' + b"[" * 2000),
            _cookie({"jwt": jwt.encode(CLAIMS, "k" * 40, algorithm="HS256")}),
            _cookie({"jwt": jwt.encode(CLAIMS, JWT_KEY, algorithm="HS512")}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "id": {"$gt": ""}}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "iat": 0}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "iat": 2_000_000_000}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({**CLAIMS, "iat": 10**400}, JWT_KEY)}),
            _cookie({"jwt": jwt.encode({"id": USER}, JWT_KEY)}),
            _cookie({"jwt": base64.urlsafe_b64encode(b"[" * 1500).decode() + ".e30.e30"}),
            _cookie({"jwt": "eyJhbGciOiJub25lIn0." + _cookie(CLAIMS).rstrip("=") + "."}),
            "x" * 5000,
        ]
    ),
)


@EFFORT
@given(cookie=COOKIES)
def test_cookies(services: dict[str, Serving], cookie: str) -> None:
    """What is no session of ours is none: 401, and nobody for whoever asks who they are."""
    headers = {"Cookie": f"{COOKIE}={cookie}"}

    who = services["auth"].http.get("/api/users/currentuser", headers=headers)
    assert (who.status_code, who.json()) == (200, {"currentUser": None})
    for service, path in (("tickets", "tickets/mine"), ("orders", "orders")):
        check(services[service].http.get(f"/api/{path}", headers=headers), 401)
