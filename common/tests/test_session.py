"""The session cookie."""

import base64
import json
import subprocess
import sys
import time

import pytest
from jose import jwt

from ticketing_common.session import Sessions
from ticketing_common.settings import SessionSettings

KEY = "a key for tests only, of 32 bytes and more"


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(SessionSettings(JWT_KEY=KEY, SESSION_MAX_AGE_SECONDS=3600))


def cookie(claims: dict[str, object], key: str = KEY, algorithm: str = "HS256") -> str:
    token = jwt.encode(claims, key, algorithm=algorithm)
    return base64.b64encode(json.dumps({"jwt": token}).encode()).decode()


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
