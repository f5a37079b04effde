"""Hashing and checking passwords."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from ticketing_auth import passwords as module
from ticketing_auth.config import Settings
from ticketing_auth.passwords import QUEUE, Passwords, PasswordsBusyError, Verdict
from ticketing_common.testing.sessions import JWT_KEY

MONGO_URI = "mongodb://unused/auth"


@pytest.fixture
def passwords(settings: Settings) -> Passwords:
    return Passwords(settings)


class Work:
    """Stands in for scrypt: notes what it was asked for, ends when it is told to."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.running = 0
        self.costs: list[int] = []

    def __call__(self) -> str:
        self.running += 1
        assert self.may_end.wait(10)
        return "done"

    def derive(self, _: str, __: str, *, n: int, r: int, p: int, **___: Any) -> bytes:
        self.costs.append(n * r * p)
        return b""


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


def test_the_default_cost_is_owasps_minimum() -> None:
    """N=2^14, r=8, p=5 is one of the settings its cheat sheet gives, and the one in use."""
    settings = Settings(JWT_KEY=JWT_KEY, MONGO_URI=MONGO_URI)

    assert (settings.SCRYPT_N, settings.SCRYPT_R, settings.SCRYPT_P) == (2**14, 8, 5)
    assert Passwords(settings)._dummy.startswith("$scrypt$ln=14,r=8,p=5$")


async def test_a_hash_is_of_its_password_only(passwords: Passwords) -> None:
    """It is salted: the same password twice makes two hashes, and each is right."""
    one, two = await passwords.hash("password"), await passwords.hash("password")

    assert one != two
    assert await passwords.check("password", one) == Verdict(True)
    assert await passwords.check("password", two) == Verdict(True)
    assert await passwords.check("passwort", one) == Verdict(False)
    assert await passwords.check("password", None) == Verdict(False)


@pytest.mark.parametrize(
    "change", [{"SCRYPT_N": 4}, {"SCRYPT_R": 2}, {"SCRYPT_P": 1}, {"SCRYPT_P": 3}]
)
async def test_another_cost_asks_for_another_hash(
    settings: Settings, passwords: Passwords, change: dict[str, int]
) -> None:
    """A right password is hashed again where the configured cost has changed, up or down."""
    stored = await passwords.hash("password")
    changed = Passwords(settings.model_copy(update=change))

    verdict = await changed.check("password", stored)

    assert verdict.right
    assert verdict.new_hash
    assert await changed.check("password", verdict.new_hash) == Verdict(True)
    assert await changed.check("wrong", stored) == Verdict(False)


async def test_the_base_systems_hash(passwords: Passwords, base_hash: str) -> None:
    """It is understood, and to be replaced."""
    verdict = await passwords.check("password", base_hash)

    assert verdict.right
    assert verdict.new_hash
    assert await passwords.check("password", verdict.new_hash) == Verdict(True)
    assert await passwords.check("wrong", base_hash) == Verdict(False)


async def test_an_unknown_user_costs_the_same(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password and an unknown email are one and the same derivation."""
    work = Work()
    monkeypatch.setattr("passlib.crypto.scrypt._scrypt", _spy(work))
    stored = await passwords.hash("password")
    work.costs.clear()

    await passwords.check("wrong", stored)
    await passwords.check("wrong", None)

    assert work.costs == [2 * 1 * 2] * 2


async def test_a_cheap_old_hash_costs_the_same(
    base_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password for a hash of the base system takes no less: the rest is made up for."""
    passwords = Passwords(Settings(JWT_KEY=JWT_KEY, MONGO_URI=MONGO_URI))
    work = Work()
    monkeypatch.setattr("passlib.crypto.scrypt._scrypt", _spy(work))

    await passwords.check("wrong", base_hash)
    await passwords.check("wrong", None)

    base, rest, unknown = work.costs
    assert base + rest == unknown == 2**14 * 8 * 5


async def test_only_so_many_may_wait(passwords: Passwords) -> None:
    """Beyond the threads and their queue one is refused at once, and let in when it is shorter."""
    work = Work()
    limit = 2 * (1 + QUEUE)
    tasks = [asyncio.create_task(passwords._in_pool(work)) for _ in range(limit)]
    await _until(lambda: work.running == 2)

    with pytest.raises(PasswordsBusyError):
        await passwords.hash("password")

    assert work.running == 2  # as many at a time as there are threads
    work.may_end.set()
    assert await asyncio.gather(*tasks) == ["done"] * limit
    assert await passwords.hash("password")


async def test_nobody_waits_for_ever(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose turn does not come in time is told so."""
    monkeypatch.setattr(module, "MAX_WAIT", 0.05)
    work = Work()
    tasks = [asyncio.create_task(passwords._in_pool(work)) for _ in range(3)]

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [PasswordsBusyError] * 3
    assert work.running == 2  # the third was never begun
    work.may_end.set()


async def test_the_event_loop_goes_on(passwords: Passwords) -> None:
    """While passwords are hashed the service answers others."""
    work = Work()
    hashing = asyncio.create_task(passwords._in_pool(work))

    await _until(lambda: work.running == 1)

    assert not hashing.done()
    work.may_end.set()
    await hashing


def _spy(work: Work) -> Callable[..., bytes]:
    def derive(secret: bytes, salt: bytes, n: int, r: int, p: int, keylen: int) -> bytes:
        work.derive("", "", n=n, r=r, p=p)
        return b"\0" * keylen

    return derive
