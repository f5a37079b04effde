"""The session cookie."""

import base64
import hmac
import json
import subprocess
import sys
import time

import pytest
from jose import jwt

from ticketing_common import session
from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings

HEADER = '{"alg":"HS256","typ":"JWT"}'
KEY = "a key for tests only, of 32 bytes and more"


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(SessionSettings(JWT_KEY=KEY, SESSION_MAX_AGE_SECONDS=3600))


def cookie(claims: dict[str, object], key: str = KEY, algorithm: str = "HS256") -> str:
    token = jwt.encode(claims, key, algorithm=algorithm)
    return base64.b64encode(json.dumps({"jwt": token}).encode()).decode()


def signed(header: str, payload: str, key: str = KEY) -> str:
    """A cookie of anything; whoever has no key can still choose the header."""
    parts = [base64.urlsafe_b64encode(each.encode()).rstrip(b"=") for each in (header, payload)]
    digest = hmac.digest(key.encode(), b".".join(parts), "sha256")
    parts.append(base64.urlsafe_b64encode(digest).rstrip(b"="))
    return base64.b64encode(json.dumps({"jwt": b".".join(parts).decode()}).encode()).decode()


def claims(**changes: object) -> dict[str, object]:
    return {"id": "1", "email": "test@test.com", "iat": int(time.time()), **changes}


def test_round_trip(sessions: Sessions) -> None:
    """Who signs in is who is read back; the claims are exactly id, email and iat."""
    written = sessions.write("1", "test@test.com")

    user = sessions.read(written)
    assert user is not None
    assert (user.id, user.email) == ("1", "test@test.com")
    token = json.loads(base64.b64decode(written))["jwt"]
    assert set(jwt.get_unverified_claims(token)) == {"id", "email", "iat"}


def test_as_images_sign(sessions: Sessions) -> None:
    """They have no cryptography, which the JWT library prefers where it is installed."""
    program = """
import sys
sys.modules["cryptography"] = None
from jose.backends import HMACKey
from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings
assert HMACKey.__module__ == "jose.backends.native"
sessions = Sessions(SessionSettings(JWT_KEY=sys.argv[1]))
assert sessions.read(sys.argv[2])
print(sessions.write("2", "test@test.com"))
"""
    command = [sys.executable, "-c", program, KEY, sessions.write("1", "test@test.com")]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    user = sessions.read(written.strip())
    assert user is not None
    assert user.id == "2"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "nonsense",
        "e30=",  # {}
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b'{"jwt": 7}').decode(),
        base64.b64encode(b'{"jwt": null}').decode(),
        base64.b64encode(b'{"jwt": "a.b.c"}').decode(),
        "A" * 5000,
        "\u00e9",
        cookie(claims(), key="another key, also of 32 bytes and more"),
        cookie(claims(), algorithm="HS512"),
        cookie({"id": "1", "iat": 1}),
        cookie(claims(iat="now")),
        cookie(claims(iat=int(time.time()) - 3601)),
        cookie(claims(iat=int(time.time()) + 3600)),
        cookie(claims(iat=-1)),
        signed(HEADER, json.dumps(claims(iat=10**400))),
        signed(HEADER, json.dumps(claims(iat=1)).replace("1}", "1" * 2000 + "}")),
        signed(HEADER, '{"iat":1e999}'),
        signed(HEADER, "[" * 1100),
        signed("[" * 1600, "{}"),
        signed('{"alg":' * 260, "{}", "no key"),
        signed(HEADER[:-1] + ',"x":' + "1" * 1500 + "}", "{}"),
    ],
)
def test_anything_else_is_anonymous(sessions: Sessions, value: str | None) -> None:
    """A bad, forged, incomplete or outdated cookie signs nobody in, and breaks nothing."""
    assert sessions.read(value) is None


def test_an_unsigned_token_is_anonymous(sessions: Sessions) -> None:
    """Defect 17 of the base: "alg": "none" is no signature."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims())
    ]
    unsigned = base64.b64encode(json.dumps({"jwt": ".".join([*parts, ""])}).encode()).decode()

    assert sessions.read(unsigned) is None


def test_a_session_ends(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Age is looked at on every read, also for a token that was verified before."""
    written = sessions.write("1", "test@test.com")
    assert sessions.read(written)

    later = time.time() + 3700
    monkeypatch.setattr(time, "time", lambda: later)

    assert sessions.read(written) is None


def test_clocks_may_differ_a_little(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another replica's clock may be up to a minute ahead of this one's; more is no session."""
    written, began = sessions.write("1", "test@test.com"), time.time()

    monkeypatch.setattr(time, "time", lambda: began - 50)
    assert sessions.read(written)
    monkeypatch.setattr(time, "time", lambda: began - 70)
    assert sessions.read(written) is None


def test_only_what_was_verified_is_remembered(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody without the key makes it remember anything, and nobody with one too much."""
    monkeypatch.setattr(session, "REMEMBERED", 3)
    for number in range(10):
        assert (
            sessions.read(cookie(claims(), key=f"another key, of 32 bytes and more {number}"))
            is None
        )
    assert not sessions._verified

    padded = base64.b64decode(sessions.write("1", "test@test.com")).replace(b"{", b"{" + b" " * 999)
    assert sessions.read(base64.b64encode(padded).decode())
    assert not sessions._verified
    for number in range(10):
        assert sessions.read(sessions.write(str(number), "test@test.com"))
    assert [user.id for user in sessions._verified.values()] == ["7", "8", "9"]
