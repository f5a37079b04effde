"""Hashing and checking passwords: the only module that knows the library.

scrypt is meant to be slow, so it runs in threads of its own, as many as there are cores, before
which only so many may wait: a flood of sign-ins is answered with 503 and starves nothing else.
"""

import asyncio
import hmac
import re
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from passlib.crypto.scrypt import scrypt as derive
from passlib.hash import scrypt
from starlette.requests import Request

from ticketing_auth.config import Settings
from ticketing_common.errors import ServiceUnavailableError

T = TypeVar("T")

QUEUE = 16  # passwords that may wait, for each thread
MAX_WAIT = 10.0  # seconds, the hashing included
LONGEST = 256  # characters; no stored password is nearly as long, so a cut one never matches

# The base system's: scrypt's hash in hex, a dot, and the salt, whose text itself is the salt.
BASE_HASH = re.compile(r"([0-9a-f]{128})\.([0-9a-f]{16})")
BASE_N, BASE_R, BASE_P, BASE_SIZE = 2**14, 8, 1, 64

scrypt.set_backend("stdlib")  # never the library's own, a hundred times slower


class PasswordsBusyError(ServiceUnavailableError):
    """Too many passwords are waiting to be hashed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the password is right, and, where it is and the stored hash is not of the present
    cost and form (the base system's, say), the hash to store instead."""

    right: bool
    new_hash: str | None = None


class Passwords:
    """Raises `PasswordsBusyError` where one would have to wait for too long.

    A password is hashed in its normal form, so that it opens its account from every keyboard.
    Before this was so it was hashed as it was typed. Who types one that is not in normal form (next
    to nobody) is checked by both, which costs twice as much, whether there is such a user or not.
    """

    def __init__(self, settings: Settings) -> None:
        n, r, p = settings.SCRYPT_N, settings.SCRYPT_R, settings.SCRYPT_P
        self._n, self._r, self._cost = n, r, n * r * p
        self._scheme: Any = scrypt.using(rounds=n.bit_length() - 1, block_size=r, parallelism=p)
        self._dummy: str = self._scheme.hash("nobody's password")
        self.limit = settings.SCRYPT_THREADS * (1 + QUEUE)
        self.under_way = 0
        self.refused = 0
        self._pool = ThreadPoolExecutor(settings.SCRYPT_THREADS, thread_name_prefix="scrypt")

    async def hash(self, password: str) -> str:
        """`$scrypt$ln=..,r=..,p=..$<salt>$<digest>`, with a random salt."""
        return await self._in_pool(lambda: str(self._scheme.hash(normal_form(password))))

    async def check(self, password: str, stored: str | None) -> Verdict:
        """Is it the stored hash's password? With None, for an unknown user, it never is, and
        takes as long to find out."""
        return await self._in_pool(lambda: self._check(password[:LONGEST], stored))

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check(self, typed: str, stored: str | None) -> Verdict:
        password = normal_form(typed)
        verdict = self._check_form(password, stored)
        if verdict.right or typed == password:
            return verdict
        if self._check_form(typed, stored).right:
            return Verdict(True, self._scheme.hash(password))
        return Verdict(False)

    def _check_form(self, password: str, stored: str | None) -> Verdict:
        if stored is None:
            self._scheme.verify(password, self._dummy)
            return Verdict(False)
        if base := BASE_HASH.fullmatch(stored):
            right, cost = _is_base(password, *base.groups()), BASE_N * BASE_R * BASE_P
            outdated = True
        else:
            right, cost = self._scheme.verify(password, stored), _cost(stored)
            outdated = self._scheme.needs_update(stored)
        if right:
            return Verdict(True, self._scheme.hash(password) if outdated else None)
        self._spend(self._cost - cost)
        return Verdict(False)

    def _spend(self, cost: int) -> None:
        """Make a wrong password for a cheap old hash take as long as any other."""
        if (p := cost // (self._n * self._r)) > 0:
            derive("", "", n=self._n, r=self._r, p=p)

    async def _in_pool(self, work: Callable[[], T]) -> T:
        if self.under_way >= self.limit:
            self.refused += 1
            raise PasswordsBusyError
        self.under_way += 1
        try:
            async with asyncio.timeout(MAX_WAIT):
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except TimeoutError as error:
            self.refused += 1
            raise PasswordsBusyError from error
        finally:
            self.under_way -= 1


def normal_form(password: str) -> str:
    """NFKC, as NIST's SP 800-63B has it: composed, and half and full width alike."""
    return password if password.isascii() else unicodedata.normalize("NFKC", password)


def _is_base(password: str, digest: str, salt: str) -> bool:
    derived: bytes = derive(password, salt, n=BASE_N, r=BASE_R, p=BASE_P, keylen=BASE_SIZE)
    return hmac.compare_digest(derived.hex(), digest)


def _cost(stored: str) -> int:
    parsed = scrypt.from_string(stored)
    return int((1 << parsed.rounds) * parsed.block_size * parsed.parallelism)


def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


PasswordCheck = Annotated[Passwords, Depends(_passwords)]
