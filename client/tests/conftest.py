"""A client over a fake API, and browsers that visit it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from ticketing_client.api import Api
from ticketing_client.app import create_app
from ticketing_client.config import ClientSettings
from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi
from ticketing_client.transport import Transport
from ticketing_common.testing.virtual_time import VirtualTimeLoop

API = "http://api.test"
TIMEOUT = 0.3  # seconds, in place of two: a test of a slow API should not be one

NewApp = Callable[..., FastAPI]


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """All is in memory, and so is time; but for what opens connections."""
    if item.path.name == "test_connections.py":
        return {"real time": asyncio.new_event_loop}
    return {"virtual time": VirtualTimeLoop}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
async def new_app(api: FakeApi) -> AsyncIterator[NewApp]:
    """Makes a client over `api`, with the settings given."""
    transports = []

    def create(**settings: object) -> FastAPI:
        configured = ClientSettings.model_validate(
            {"API_URL": API, "API_TIMEOUT_SECONDS": TIMEOUT, **settings}
        )
        transports.append(Transport(API, httpx.MockTransport(api)))
        return create_app(configured, Api(transports[-1], configured))

    yield create
    for transport in transports:
        await transport.close()


@pytest.fixture
def app(new_app: NewApp) -> FastAPI:
    return new_app()


@pytest.fixture
async def new_browser(app: FastAPI) -> AsyncIterator[Callable[[], Browser]]:
    """Makes another visitor of `app`."""
    browsers: list[Browser] = []

    def create() -> Browser:
        browsers.append(Browser(app))
        return browsers[-1]

    yield create
    for browser in browsers:
        await browser.close()


@pytest.fixture
def visitor(new_browser: Callable[[], Browser]) -> Browser:
    """Somebody who is not signed in."""
    return new_browser()


@pytest.fixture
async def seller(new_browser: Callable[[], Browser]) -> Browser:
    browser = new_browser()
    await browser.sign_up("seller@example.com")
    return browser


@pytest.fixture
async def buyer(new_browser: Callable[[], Browser]) -> Browser:
    browser = new_browser()
    await browser.sign_up("buyer@example.com")
    return browser


@pytest.fixture
def ticket(api: FakeApi) -> dict[str, object]:
    """A ticket on sale, of a seller nobody else is."""
    stranger = api.accounts.add("stranger@example.com")
    return api.market.list_ticket(stranger["id"], "Swan Lake, balcony", 19.99)
