"""The session cookie: base64 of {"jwt": token}, as the base system's cookie-session writes it.

The only module that knows the JWT library.
"""

import base64
import binascii
import time
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ticketing_common.lean import JWTError, jwt
from ticketing_common.settings import SessionSettings

COOKIE = "session"
ALGORITHM = "HS256"
MAX_COOKIE = 4096  # characters; browsers keep no larger
MAX_REMEMBERED = 1024  # characters; ours have some 350, but a user may write theirs longer
REMEMBERED = 4096  # sessions: 6 MB of ours, 9 MB at most
LEEWAY = 60  # seconds that the clock of another replica may be ahead of ours


class CurrentUser(BaseModel):
    """Who is signed in: exactly the token's claims; `iat` in seconds since 1970."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: str
    email: str
    iat: Annotated[int, Field(ge=0, le=2**53)]


class Sessions:
    """Writes and reads session cookies with one key."""

    def __init__(self, settings: SessionSettings) -> None:
        self._key = settings.JWT_KEY
        self._max_age = settings.SESSION_MAX_AGE_SECONDS
        self._verified: dict[str, CurrentUser] = {}  # by cookie, the oldest first

    def write(self, id: str, email: str) -> str:
        """The cookie's value for a user who signs in now."""
        claims = {"id": id, "email": email, "iat": int(time.time())}
        token = jwt.encode(claims, self._key, algorithm=ALGORITHM)
        return base64.b64encode(orjson.dumps({"jwt": token})).decode()

    def read(self, cookie: str | None) -> CurrentUser | None:
        """The user of a valid cookie; None for anything else, also for one grown too old."""
        if not cookie or len(cookie) > MAX_COOKIE:
            return None
        user = self._verified.get(cookie) or self._verify(cookie)
        return user if user and -LEEWAY <= time.time() - user.iat < self._max_age else None

    def _verify(self, cookie: str) -> CurrentUser | None:
        try:
            token = orjson.loads(base64.b64decode(cookie, validate=True))["jwt"]
            user = CurrentUser.model_validate(jwt.decode(token, self._key, algorithms=[ALGORITHM]))
        except (JWTError, ValidationError, binascii.Error, ValueError, KeyError, TypeError):
            return None
        except AttributeError:  # python-jose on a token that is no string
            return None
        except (RecursionError, OverflowError):  # and on one of nested lists, or of huge numbers
            return None
        if len(cookie) <= MAX_REMEMBERED:
            self._remember(cookie, user)
        return user

    def _remember(self, cookie: str, user: CurrentUser) -> None:
        """Only what was verified: anybody may send anything else."""
        self._verified[cookie] = user
        if len(self._verified) > REMEMBERED:
            del self._verified[next(iter(self._verified))]
