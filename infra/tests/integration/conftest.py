from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, running_stack

WINDOW = 60  # seconds an order holds its ticket: the shortest with all durations in full


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole marketplace, booted once."""
    data: Path = tmp_path_factory.mktemp("stack")
    with running_stack(data, EXPIRATION_WINDOW_SECONDS=str(WINDOW)) as running:
        yield running


@dataclass(frozen=True)
class Abandoned:
    seller: Visitor
    buyer: Visitor
    ticket: str
    order: str


@pytest.fixture(scope="session", autouse=True)
def abandoned(stack: Stack) -> Abandoned:
    """An order made at the very beginning, so that its window passes while other tests run."""
    seller, buyer = Visitor.sign_up(stack), Visitor.sign_up(stack)
    ticket = seller.sell("Left in the basket")
    return Abandoned(seller, buyer, ticket, buyer.order(ticket))


@pytest.fixture
def visitor(stack: Stack) -> Iterator[Callable[[], Visitor]]:
    """`visitor()`: a new user, signed up through the gateway."""
    stack.await_ready()
    visitors: list[Visitor] = []

    def sign_up() -> Visitor:
        visitors.append(Visitor.sign_up(stack))
        return visitors[-1]

    yield sign_up
    for each in visitors:
        each.http.close()


@pytest.fixture
def seller(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor()


@pytest.fixture
def buyer(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor()
