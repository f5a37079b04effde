"""How often one caller may ask for what is dear to us."""

import math
import time
from collections.abc import Callable

from starlette.requests import Request

from ticketing_common.errors import TooManyRequestsError
from ticketing_common.middlewares.client_address import client_address
from ticketing_common.middlewares.current_user import current_user
from ticketing_common.settings import Network

CALLERS = 10_000  # remembered at a time, the latest; about 2 MB

Caller = Callable[[Request], str]


class RateLimit:
    """So many requests a minute for each caller, all of them at once if need be; 0 is no limit.

    Token buckets in this process's memory: each replica of a service counts for itself.
    """

    def __init__(
        self, per_minute: int, caller: Caller, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self.caller = caller
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, and when; oldest use first

    def check(self, request: Request) -> None:
        """Raise `TooManyRequestsError` where the caller has used theirs up."""
        if self.per_minute and (wait := self.take(self.caller(request))):
            raise TooManyRequestsError(math.ceil(wait))

    def take(self, caller: str) -> float:
        """0 where the caller may go on, else the seconds until they may."""
        now, rate = self._clock(), self.per_minute / 60
        tokens, then = self._buckets.pop(caller, (self.per_minute, now))
        tokens = min(self.per_minute, tokens + (now - then) * rate)
        allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > CALLERS:
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if allowed else (1 - tokens) / rate


def by_address(trusted: tuple[Network, ...]) -> Caller:
    """Everyone at one address is one caller, so that signing up does not buy another try."""
    return lambda request: client_address(request, trusted)


def by_user(trusted: tuple[Network, ...]) -> Caller:
    """A user is one caller, wherever they are; without a session, their address is."""

    def caller(request: Request) -> str:
        user = current_user(request)
        return user.id if user else client_address(request, trusted)

    return caller


def rate_limited(name: str) -> Callable[[Request], None]:
    """The dependency of a route that is limited by the service's `rate_limits[name]`."""

    def check(request: Request) -> None:
        limit: RateLimit = request.app.state.rate_limits[name]
        limit.check(request)

    return check
