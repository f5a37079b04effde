"""One stack and one browser for all tests of a process; a fresh window for every visitor."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop
from infra.tests.e2e.stack import Stack, running_stack
from infra.tests.e2e.stripe import Stripe
from infra.tests.e2e.visitor import Visitor

OUTPUT = Path(__file__).parents[3] / "output" / "e2e"

# What a container lacks, and what would phone home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}

NewVisitor = Callable[..., Visitor]
expect.set_options(timeout=30_000)  # ms, on a busy machine


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--take-pictures", action="store_true", help="replace the journey's pictures")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which(os.environ.get("CHROMIUM", "chromium-headless-shell"))
    assert path, "Chromium is not installed: see infra/tests/e2e/run"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop(stack: Stack) -> Shop:
    return Shop(stack.url)


@pytest.fixture(scope="session")
def stripe(stack: Stack) -> Stripe:
    return Stripe(stack.stripe_url)


@pytest.fixture(scope="session")
def inspector() -> Inspector:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    return Inspector(OUTPUT, keeps_all=os.environ.get("PICTURES", "0") != "0")


@contextmanager
def windows(browser: Browser, url: str) -> Iterator[NewVisitor]:
    """Opens windows for visitors; at the end none of their consoles may have complained."""
    visitors: list[Visitor] = []

    def create(*, javascript: bool = True, phone: bool = False, **options: Any) -> Visitor:
        kind: dict[str, Any] = {**(PHONE if phone else DESKTOP), "locale": "en-GB", **options}
        context = browser.new_context(java_script_enabled=javascript, **kind)
        context.set_default_timeout(60_000)
        visitors.append(Visitor(context, url))
        return visitors[-1]

    yield create
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def new_visitor(browser: Browser, stack: Stack) -> Iterator[NewVisitor]:
    """Opens a window for another visitor."""
    with windows(browser, stack.url) as create:
        yield create


@pytest.fixture
def visitor(new_visitor: NewVisitor) -> Visitor:
    """Somebody at a desktop, not signed in."""
    return new_visitor()


@pytest.fixture
def buyer(new_visitor: NewVisitor) -> Visitor:
    """Somebody at a desktop with a new account."""
    buyer = new_visitor()
    buyer.has_account()
    return buyer
