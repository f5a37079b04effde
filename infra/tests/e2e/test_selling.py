"""Selling, on the whole stack: when and where, taking a ticket down and putting it up again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from infra.tests.e2e.conftest import NewVisitor
from infra.tests.e2e.inspection import Inspector
from infra.tests.e2e.shop import Shop

YEAR = datetime.now(UTC).year + 1
STARTS = f"{YEAR}-07-01T19:30"
DOWN = "The seller has taken this ticket down"
KINDS = [(True, False), (False, True)]


@pytest.mark.parametrize(("script", "phone"), KINDS, ids=["desktop", "phone without script"])
def test_from_listing_to_the_sale(
    new_visitor: NewVisitor, inspector: Inspector, script: bool, phone: bool
) -> None:
    """Listed with its event, found, taken down under a buyer's eyes, put up again, and sold."""
    kind: dict[str, Any] = {"javascript": script, "phone": phone, "timezone_id": "Europe/Berlin"}
    seller, buyer = new_visitor(**kind), new_visitor(**kind)
    title = f"Open air {seller.email}"
    seller.sign_up()
    buyer.sign_up()

    def look(page: Page, name: str) -> None:
        if script:  # which axe is; it looks at phones, too
            inspector.look(page, name)

    seller.open("/tickets/new")
    form = seller.page
    form.get_by_label("Title").fill(title)
    form.get_by_label("Price").fill("45")
    form.get_by_label("Starts").fill(STARTS)
    form.get_by_label("Venue").fill("Waldbühne")
    zone = form.get_by_label("Time zone of the start")
    if script:
        expect(zone).to_have_value("+02:00")  # Berlin's in summer
        form.get_by_label("Starts").fill(STARTS.replace("-07-", "-01-"))
        expect(zone).to_have_value("+01:00")
        zone.select_option("")
    seller.press("List the ticket")
    seller.sees("Please choose the time zone of the start.")
    look(form, "event-refused")
    form.get_by_label("Starts").fill(STARTS)
    zone.select_option("+02:00")
    seller.press("List the ticket")
    seller.sees(f"“{title}” is on sale for $45.00.")
    look(form, "my-tickets-with-event")

    buyer.open("/")
    card = buyer.page.locator(".tickets > li", has_text=title)
    expect(card.locator("time")).to_have_attribute("datetime", f"{YEAR}-07-01T17:30:00.000Z")
    when = f"1 July {YEAR} at 19:30 CEST" if script else f"1 July {YEAR}, 17:30 UTC"
    expect(card).to_contain_text(when)
    expect(card).to_contain_text("Waldbühne")
    card.get_by_role("link").click()
    expect(buyer.page.get_by_role("button", name="Purchase")).to_be_visible()

    form.get_by_role("link", name=title).first.click()
    seller.press("Take it down")
    seller.sees("You took your ticket down.")
    look(form, "taken-down")
    buyer.press("Purchase")
    buyer.sees(f"{DOWN}. Nothing is reserved, and you were not charged.")
    look(buyer.page, "taken-down-for-others")
    buyer.open("/")
    expect(buyer.page.locator(".tickets > li", has_text=title)).to_have_count(0)

    seller.press("Put it on sale again")
    seller.sees(f"“{title}” is on sale for $45.00.")
    ticket = form.get_by_role("link", name=title).first.get_attribute("href") or ""
    buyer.order(ticket.rpartition("/")[2])
    buyer.pay("$45.00")
    buyer.sees("paid")
    seller.open(ticket)
    seller.sees("Your ticket was sold for $45.00.")
    seller.sees("It was paid for on")


@pytest.mark.parametrize(("script", "phone"), KINDS, ids=["desktop", "phone without script"])
def test_an_event_that_begins(
    new_visitor: NewVisitor, shop: Shop, inspector: Inspector, script: bool, phone: bool
) -> None:
    """Who still looks at its page is told why it is too late, by orders' own clock."""
    buyer = new_visitor(javascript=script, phone=phone)
    buyer.sign_up()
    at = datetime.now(UTC) + timedelta(seconds=6)
    body = {"title": "A matinee", "price": 5, "startsAt": at.isoformat()}
    ticket = shop.seller.post("/api/tickets", json=body).raise_for_status().json()["id"]
    buyer.open(f"/tickets/{ticket}")
    expect(buyer.page.get_by_role("button", name="Purchase")).to_be_visible()

    other = buyer.new_tab()
    other.goto(f"{buyer.url}/tickets/{ticket}")
    begun = other.get_by_text("so this ticket can't be bought any more")
    while not begun.count():
        assert datetime.now(UTC) < at + timedelta(seconds=15)
        other.reload()
    buyer.press("Purchase")

    buyer.sees("The event has begun, so it is too late to buy. You were not charged.")
    if script:
        inspector.look(buyer.page, "begun")
