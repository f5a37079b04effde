"""One call to Stripe: bounded, and with an outcome that says what is known afterwards."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import orjson
import stripe
from aiohttp import ClientTimeout

from ticketing_common.metrics.histogram import Histogram
from ticketing_common.tracing import spans
from ticketing_payments.gateway.errors import (
    CardDeclinedError,
    RefusedError,
    StripeFailedError,
    StripeUnavailableError,
    WrongModeError,
)
from ticketing_payments.gateway.objects import StripeObject
from ticketing_payments.stripe_keys import is_live

Params = Mapping[str, Any]  # as a form names them: `metadata[order]`, `expand[0]`

LOCKED = "lock_timeout"  # Stripe's code for an object that another request holds
RATE_LIMIT = "rate_limit"
NOT_FOUND = "resource_missing"  # and for one that there is none of
OUTCOMES: Mapping[type[Exception], str] = {
    CardDeclinedError: "declined",
    RefusedError: "refused",
    StripeFailedError: "failed",
    WrongModeError: "wrong mode",
}
ANSWERED = frozenset({"done", "declined", "refused"})


class Calls:
    """`timeout` bounds one call, `read_timeout` one that only reads; in seconds.

    Calls go out by the HTTP client of Stripe's library, and are written and read here. What the
    library does around them costs more than they do: a call took 350 us of CPU by `raw_request`,
    and takes 150, as it makes texts for logs that nobody keeps, and reads JSON into ordered
    dictionaries (measured). A test compares both.
    """

    def __init__(
        self, key: str, api_base: str, timeout: float, read_timeout: float | None = None
    ) -> None:
        self.timeout = timeout
        self.read_timeout = read_timeout or timeout
        self.live = is_live(key)
        self.durations: dict[tuple[str, str], Histogram] = {}  # by call and outcome
        self.failing = 0  # calls in a row that failed, and not for the card or for what was asked
        self._api_base = api_base
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Stripe-Version": stripe.api_version,
            "User-Agent": f"Stripe/v1 PythonBindings/{stripe.VERSION}",
        }
        # Measured: half the CPU of its httpx client for a charge. `_ask` bounds the whole call.
        self._http = stripe.AIOHTTPClient(timeout=ClientTimeout())

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def _get(self, path: str, params: Params | None = None) -> StripeObject:
        path = f"{path}?{urlencode(params)}" if params else path
        return await self._ask("get", path, self.read_timeout, self._headers)

    async def _post(
        self, path: str, params: Params | None = None, key: str | None = None
    ) -> StripeObject:
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        if key:
            headers["Idempotency-Key"] = key
        return await self._ask("post", path, self.timeout, headers, urlencode(params or {}))

    async def _ask(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str],
        body: str | None = None,
    ) -> StripeObject:
        """Only Stripe's own words say that nothing was done; all else leaves it open."""
        call = f"{method} {without_id(path)}"
        with spans.span(f"Stripe: {call}", "client"), self._timed(call):
            try:
                async with asyncio.timeout(timeout):
                    answer, status, _ = await self._http.request_async(
                        method, self._api_base + path, headers, body
                    )
            except Exception as error:  # whatever a connection can fail of
                raise StripeUnavailableError from error
            found = _object(answer)
            if found is None or not 200 <= status < 300:
                raise failure_of(status, found) from stripe.APIError(f"{status} {answer[:500]!r}")
            if found.get("livemode", self.live) is not self.live:
                raise WrongModeError
            return found

    @contextmanager
    def _timed(self, call: str) -> Iterator[None]:
        """Count the call, whatever becomes of it."""
        began, outcome = time.perf_counter(), "given up"
        try:
            yield
            outcome = "done"
        except Exception as error:
            outcome = OUTCOMES.get(type(error), "unavailable")
            raise
        finally:
            if outcome != "given up":
                self.failing = 0 if outcome in ANSWERED else self.failing + 1
            took = time.perf_counter() - began
            self.durations.setdefault((call, outcome), Histogram()).observe(took)


def without_id(path: str) -> str:
    """A path's template: of its parts, the second names one object."""
    parts = path.partition("?")[0].split("/")  # "", "v1", "refunds", "re_..."
    return "/".join([*parts[:3], *(["{id}"] if len(parts) > 3 else []), *parts[4:]])


def failure_of(status: int, found: StripeObject | None) -> Exception:
    """What an answer that is no success says, by its HTTP status.

    | status | and | it was |
    |---|---|---|
    | 402 | Stripe says why | declined |
    | 400, 404 | Stripe says why | refused |
    | 400, 404 | the object is locked, or we ask too often | unavailable |
    | 500 and more | | failed |
    | any other, or Stripe does not say why | | unavailable |
    """
    said = (found or {}).get("error")
    if status >= 500:
        return StripeFailedError()
    if not isinstance(said, dict):
        return StripeUnavailableError()
    message, code = said.get("message"), said.get("code")
    if status == 402:
        return CardDeclinedError(message or "Your card was declined.", code)
    if status in (400, 404) and code not in (LOCKED, RATE_LIMIT):
        return RefusedError(str(message), code, said.get("param"))
    return StripeUnavailableError()


def _object(answer: bytes) -> StripeObject | None:
    """None for what is no JSON object, and so not Stripe's."""
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
