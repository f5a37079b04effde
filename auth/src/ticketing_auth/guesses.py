"""How often the password of one account may be guessed, from however many addresses.

Wrong passwords are counted by e-mail. Nobody can lock its owner out with that: from an address
where they signed in or up before, their tries are counted apart. Addresses are kept with the user,
as digests that need our key; of them the limit of each address holds too.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from ticketing_auth.config import Settings
from ticketing_auth.models.user import User
from ticketing_common.errors import BadRequestError
from ticketing_common.middlewares import RateLimit, by_address

PLACES = 8  # a user's, the latest; each 32 characters


class InvalidCredentialsError(BadRequestError):
    """No such user, or another password."""

    message = "Invalid credentials"


class Guesses:
    def __init__(self, settings: Settings, limit: RateLimit) -> None:
        self._limit = limit
        self._address = by_address(settings)
        self._key = settings.JWT_KEY.encode()

    def place(self, request: Request) -> str:
        """What a user's known addresses are compared by."""
        return hmac.digest(self._key, f"place {self._address(request)}".encode(), "sha256")[
            :16
        ].hex()

    @contextmanager
    def one(self, email: str, user: User | None, place: str) -> Iterator[None]:
        """A try, which counts only where it ends in `InvalidCredentialsError`.

        Raises `TooManyRequestsError` before it where there were too many.
        """
        caller = f"{email} {place}" if user and place in user.places else email
        self._limit.require(caller)
        try:
            yield
        except InvalidCredentialsError:
            raise
        except BaseException:
            self._limit.give_back(caller)
            raise
        self._limit.give_back(caller)


def with_place(user: User, place: str) -> tuple[str, ...]:
    """The user's places with this one as the latest."""
    return (*(each for each in user.places if each != place), place)[-PLACES:]


def _guesses(request: Request) -> Guesses:
    guesses: Guesses = request.app.state.guesses
    return guesses


PasswordGuesses = Annotated[Guesses, Depends(_guesses)]
