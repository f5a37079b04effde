"""Which traces are sampled: decided where one begins, and carried on from there.

OpenTelemetry's SDK decides that, too, and takes 10 us for each span that is not: a quarter of a
short request. So its usual samplers are done here, before it is asked.
"""

import random
import re
from collections.abc import Mapping
from contextvars import ContextVar, Token
from typing import Self

RATIOS = {"parentbased_always_on": 1.0, "parentbased_always_off": 0.0}
BY_RATIO = "parentbased_traceidratio"

_HEADER = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]([0-9a-f])")


class NotSampled:
    """What is done inside of `with` it is exported neither here nor by whoever goes on with it."""

    _header: str | None = None
    _token: "Token[NotSampled | None]"

    @classmethod
    def of(cls, header: str | None) -> Self:
        """`header` is the `traceparent` of the trace, where it has one already."""
        found = cls()
        found._header = header
        return found

    @property
    def header(self) -> str:
        if self._header is None:
            trace, span = random.getrandbits(128), random.getrandbits(64)
            self._header = f"00-{trace:032x}-{span:016x}-00"
        return self._header

    def __enter__(self) -> None:
        self._token = not_sampled.set(self)

    def __exit__(self, *_: object) -> None:
        not_sampled.reset(self._token)


not_sampled: ContextVar[NotSampled | None] = ContextVar("not_sampled", default=None)


def ratio_of(environ: Mapping[str, str]) -> float | None:
    """Of the traces that begin here, how many are sampled; None where the SDK has to decide.

    Raises `ValueError` for a ratio that is no number from 0 to 1.
    """
    sampler = environ.get("OTEL_TRACES_SAMPLER") or "parentbased_always_on"
    if sampler != BY_RATIO:
        return RATIOS.get(sampler)
    ratio = float(environ.get("OTEL_TRACES_SAMPLER_ARG") or 1)
    if not 0 <= ratio <= 1:
        raise ValueError("OTEL_TRACES_SAMPLER_ARG must be from 0 to 1")
    return ratio


def draw(ratio: float) -> bool:
    """Whether a trace that begins now is sampled."""
    return random.random() < ratio  # noqa: S311 - nobody gains by foreseeing it


def sampled_by(header: str) -> bool | None:
    """What was decided where the trace began; None where that is no `traceparent`."""
    found = _HEADER.fullmatch(header)
    return found and bool(int(found[1], 16) & 1)
