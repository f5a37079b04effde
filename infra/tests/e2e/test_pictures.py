"""The journey in client/README.md: what it says is on the pages is there, and pictures show it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.tests.e2e.conftest import OUTPUT, windows
from infra.tests.e2e.pictures import Album
from infra.tests.e2e.stack import Stack, running_stack
from infra.tests.e2e.visitor import Visitor
from ticketing_local.demo import TICKETS

CLIENT = Path(__file__).parents[3] / "client"
WINDOW_SECONDS = 900  # as in the shop, so that the clock in the picture is a usual one
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 1.5}
SEEN = ":not(.visually-hidden)"


class Journey:
    """The steps of the journey: each links a picture and “quotes” what one sees there."""

    def __init__(self, readme: Path, album: Album) -> None:
        section = (
            readme.read_text().partition("## A purchase, in the browser\n")[2].partition("\n## ")[0]
        )
        steps = re.findall(r"^\d+\. .*(?:\n   .*)*", section, re.M)
        names = [re.findall(r"pictures/([a-z-]+)\.webp", step) for step in steps]
        self.steps = {
            name: re.findall(r"“(.+?)”", step, re.S)
            for step, (name,) in zip(steps, names, strict=True)
        }
        self.pictures = set(re.findall(r"pictures/([a-z-]+)\.webp", section))
        self.album = album

    def step(self, name: str, page: Page) -> None:
        for words in self.steps.pop(name):
            found = page.get_by_text(" ".join(words.split())).and_(page.locator(SEEN)).first
            expect(found, f"{name}: “{words}”").to_be_in_viewport()
        page.wait_for_load_state()  # or its scripts have not drawn the clock yet
        for clock in page.locator("[data-digits]").all():
            expect(clock).not_to_be_empty()
        self.album.take(page, name)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with running_stack(tmp_path, WINDOW_SECONDS) as running:
        yield running


@pytest.fixture
def journey(request: pytest.FixtureRequest) -> Journey:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    replace = request.config.getoption("--take-pictures")
    return Journey(CLIENT / "README.md", Album(CLIENT / "pictures", OUTPUT, replace))


def test_the_readmes_journey(browser: Browser, stack: Stack, journey: Journey) -> None:
    """From the landing page to the ticket, and what its seller sees; no picture is left over."""
    with windows(browser, stack.url) as create:
        seller, buyer = create(**PHONE), create(**PHONE)
        seller.sign_up()
        for ticket in TICKETS:
            listing = f"{stack.url}/api/tickets"
            assert seller.page.request.post(listing, data=ticket.body()).ok
        _landing(create(), journey)
        buyer.sign_up()
        _order(buyer, journey)
        other = create()
        other.sign_up()
        other.order(_id(other, "Jazz in the park"))
        seller.open("/tickets/mine")
        journey.step("seller", seller.page)

    assert not journey.steps
    assert {path.stem for path in journey.album.kept.iterdir()} == journey.pictures


def _landing(visitor: Visitor, journey: Journey) -> None:
    visitor.open("/")
    journey.step("landing", visitor.page)


def _order(buyer: Visitor, journey: Journey) -> None:
    buyer.open("/")
    buyer.page.get_by_role("link", name="The Tempest, front row").click()
    journey.step("ticket", buyer.page)
    buyer.press("Purchase")
    buyer.sees("Reserved for you")
    journey.step("order", buyer.page)
    buyer.page.emulate_media(color_scheme="dark")
    buyer.pay("$45.00", "Declined card")
    buyer.sees("Your card was declined.")
    journey.step("declined", buyer.page)
    buyer.page.emulate_media(color_scheme="light")
    buyer.pay("$45.00")
    buyer.sees_state("complete")
    journey.step("complete", buyer.page)
    buyer.page.get_by_role("link", name="Show your ticket").click()
    buyer.sees("Order number")
    journey.step("door", buyer.page)


def _id(visitor: Visitor, title: str) -> str:
    visitor.open("/")
    link = visitor.page.get_by_role("link", name=title)
    return str(link.get_attribute("href")).rpartition("/")[2]
