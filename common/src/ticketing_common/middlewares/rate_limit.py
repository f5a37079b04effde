"""How often one caller may ask for what is dear to us."""

import time
from collections.abc import Callable

from starlette.requests import Request

from ticketing_common.errors import TooManyRequestsError
from ticketing_common.middlewares.client_address import ClientAddress
from ticketing_common.middlewares.current_user import current_user
from ticketing_common.settings import ProxySettings

CALLERS = 10_000  # remembered at a time, the latest; 5 MB where each is as long as an e-mail can be

Caller = Callable[[Request], str]


class RateLimit:
    """So many tries a minute for each caller, all of them at once if need be; 0 is no limit.

    Token buckets in this process's memory: each replica of a service counts for itself. `why` is
    what a caller is told who has used theirs up.
    """

    def __init__(
        self, per_minute: int, why: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self.why = why
        self.clock = clock
        self.refused = 0  # tries so far
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, and when; oldest use first

    def require(self, caller: str) -> None:
        """Count a try; raise `TooManyRequestsError` where the caller has used theirs up."""
        if self.per_minute and (wait := self.take(caller)):
            raise TooManyRequestsError(self.why, wait)

    def take(self, caller: str) -> float:
        """0 where the caller may go on, else the seconds until they may."""
        now, rate = self.clock(), self.per_minute / 60
        tokens, then = self._buckets.pop(caller, (self.per_minute, now))
        tokens = min(self.per_minute, tokens + (now - then) * rate)
        allowed = tokens >= 1
        self.refused += not allowed
        self._buckets[caller] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > CALLERS:
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if allowed else (1 - tokens) / rate

    def give_back(self, caller: str) -> None:
        """The last try was none that counts."""
        if bucket := self._buckets.get(caller):
            self._buckets[caller] = (bucket[0] + 1, bucket[1])


def by_address(settings: ProxySettings) -> Caller:
    """Everyone at one address is one caller, so that signing up does not buy another try."""
    return ClientAddress(settings)


def by_user(settings: ProxySettings) -> Caller:
    """A user is one caller, wherever they are; without a session, their address is."""
    address = ClientAddress(settings)

    def caller(request: Request) -> str:
        user = current_user(request)
        return user.id if user else address(request)

    return caller


def rate_limited(name: str) -> Callable[[Request], None]:
    """The dependency of a route that is limited by the service's `rate_limits[name]`; its
    `caller` says who asks."""

    def check(request: Request) -> None:
        state = request.scope["app"].state
        limit: RateLimit = state.rate_limits[name]
        if limit.per_minute:
            limit.require(state.caller(request))

    return check
