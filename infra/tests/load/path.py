"""What is measured: a path's name, whose work it is, and the requests that go there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from infra.tests.load.market import Market
from infra.tests.load.site import Site

LEVELS = (1, 32, 256)  # connections
MAIN = 32  # where the targets are

HELLO, SCRYPT = "bare Starlette hello", "bare scrypt"  # what paths are compared with


@dataclass(frozen=True, slots=True)
class Setting:
    """What requests are made from."""

    site: Site
    market: Market


@dataclass(frozen=True, slots=True)
class Path:
    """`service` is the process whose CPU counts, `target` how many times its `yardstick`'s at most.

    `small` is for the market of 100 tickets, `factor` stretches the time it is measured for.
    """

    name: str
    service: str
    requests: Callable[[Setting], Iterator[bytes]]
    target: float | None = None
    yardstick: str = HELLO
    levels: tuple[int, ...] = LEVELS
    expected: frozenset[int] = frozenset({200})
    small: bool = False
    gateway: bool = False
    writes: bool = False
    factor: float = 1.0
