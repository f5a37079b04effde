"""3-D Secure: nothing is charged before the cardholder has authenticated."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

from ticketing_stripe_fake.testing import RunningFake

Pay: TypeAlias = Callable[..., Awaitable[Any]]


async def test_the_cardholder_completes_the_payment(
    pay: Pay, client: stripe.StripeClient, server: RunningFake
) -> None:
    """The confirmed intent waits, uncharged, and succeeds once the browser is done."""
    waiting = await pay("tok_threeDSecureRequired", metadata={"order": "o1"})
    charged_before = server.order("o1")["charged"]

    server.authenticate(waiting.id)

    assert (waiting.status, charged_before) == ("requires_action", 0)
    assert waiting.next_action is not None
    assert waiting.client_secret
    done = await client.v1.payment_intents.retrieve_async(waiting.id)
    assert (done.status, done.amount_received, done.next_action) == ("succeeded", 1999, None)


async def test_a_failed_authentication_asks_for_another_card(
    pay: Pay, client: stripe.StripeClient, server: RunningFake
) -> None:
    """The intent says why, and can be confirmed with another card."""
    waiting = await pay("tok_threeDSecure2Required")

    server.authenticate(waiting.id, "failed")

    failed = await client.v1.payment_intents.retrieve_async(waiting.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error is not None
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    paid = await client.v1.payment_intents.confirm_async(
        waiting.id, {"payment_method": "pm_card_visa"}
    )
    assert paid.status == "succeeded"


async def test_the_bank_may_still_decline(
    pay: Pay, client: stripe.StripeClient, server: RunningFake
) -> None:
    """Authenticating well is not yet being charged."""
    waiting = await pay("tok_threeDSecureRequiredChargeDeclined")

    server.authenticate(waiting.id)

    declined = await client.v1.payment_intents.retrieve_async(waiting.id)
    assert (declined.status, declined.amount_received) == ("requires_payment_method", 0)
    assert declined.last_payment_error is not None
    assert declined.last_payment_error.code == "card_declined"


async def test_a_canceled_payment_can_no_longer_be_authenticated(
    pay: Pay, client: stripe.StripeClient, server: RunningFake, http: httpx.AsyncClient
) -> None:
    """A browser that comes back too late charges nobody."""
    waiting = await pay("tok_threeDSecureRequired", metadata={"order": "o1"})
    await client.v1.payment_intents.cancel_async(waiting.id)

    late = await http.post(
        f"/_fake/payment_intents/{waiting.id}/authentication", json={"outcome": "succeeded"}
    )

    assert late.status_code == 400
    assert server.order("o1")["charged"] == 0


async def test_the_page_sends_the_browser_back(http: httpx.AsyncClient, pay: Pay) -> None:
    """With a return_url the page's button redirects there, as Stripe's does."""
    waiting = await pay("tok_threeDSecureRequired", return_url="https://ticketing.dev/orders?a=1")
    action: Any = waiting.next_action
    url = action.redirect_to_url.url

    page = await http.get(url)
    pressed = await http.post(url, data={"outcome": "succeeded"})

    assert "Complete authentication" in page.text
    assert pressed.status_code == 303
    assert pressed.headers["location"] == (
        f"https://ticketing.dev/orders?a=1&payment_intent={waiting.id}"
        f"&payment_intent_client_secret={waiting.client_secret}&redirect_status=succeeded"
    )


async def test_the_page_takes_a_way_back_of_its_own(http: httpx.AsyncClient, pay: Pay) -> None:
    """A shop that only knows the intent's id sends the browser with ?return_url=."""
    waiting = await pay("tok_threeDSecureRequired")
    page = f"/_fake/payment_intents/{waiting.id}/authentication"

    pressed = await http.post(
        page, params={"return_url": "https://ticketing.dev/o"}, data={"outcome": "failed"}
    )

    assert pressed.headers["location"].startswith("https://ticketing.dev/o?payment_intent=pi_")
    assert pressed.headers["location"].endswith("redirect_status=failed")


async def test_the_bank_shows_what_it_asks_for(http: httpx.AsyncClient, pay: Pay) -> None:
    """Merchant, amount and card; afterwards what became of it, and no buttons."""
    waiting = await pay("tok_threeDSecureRequired", amount=123456)
    url = f"/_fake/payment_intents/{waiting.id}/authentication"

    page = await http.get(url)
    done = await http.post(url, data={"outcome": "succeeded"})

    for shown in ("Ticketing", "$1,234.56 USD", "Visa •••• 3220", "Fail authentication"):
        assert shown in page.text
    assert (done.status_code, "<button" in done.text) == (200, False)
    assert "Payment confirmed" in done.text
    assert (await http.get("/_fake/payment_intents/pi_x/authentication")).status_code == 404


async def test_the_bank_leads_to_the_order_s_page(
    http: httpx.AsyncClient, server: RunningFake, pay: Pay
) -> None:
    """Where the shop gave no way back, the fake knows where its orders are."""
    server.fake.order_url = "https://ticketing.dev/orders/{order}"
    waiting = await pay("tok_threeDSecureRequired", metadata={"order": "a/b"})
    url = f"/_fake/payment_intents/{waiting.id}/authentication"

    page = await http.get(url)
    pressed = await http.post(url, data={"outcome": "succeeded"})

    assert 'href="https://ticketing.dev/orders/a%2Fb"' in page.text
    assert pressed.headers["location"].startswith("https://ticketing.dev/orders/a%2Fb?payment_int")


async def test_a_way_back_is_a_web_address(http: httpx.AsyncClient, pay: Pay) -> None:
    """Whatever a link to the page says, it runs no script and breaks out of no attribute."""
    waiting = await pay("tok_threeDSecureRequired")
    url = f"/_fake/payment_intents/{waiting.id}/authentication"

    for back in ("javascript:alert(1)", "data:text/html,x", 'https://x/"><script>'):
        page = await http.get(url, params={"return_url": back})
        assert "javascript:" not in page.text
        assert "data:" not in page.text
        assert "<script>" not in page.text


async def test_a_page_that_has_the_library_shows_the_bank_itself(pay: Pay) -> None:
    """With use_stripe_sdk the next action is the library's, though there is a way back."""
    waiting = await pay(
        "tok_threeDSecureRequired", return_url="https://ticketing.dev", use_stripe_sdk=True
    )

    assert waiting.next_action is not None
    assert waiting.next_action.type == "use_stripe_sdk"
    assert waiting.next_action.use_stripe_sdk is not None


async def test_a_caller_without_a_cardholder_gets_a_decline(pay: Pay) -> None:
    """Off session, or told to fail on actions, the card is declined instead."""
    for option in ("off_session", "error_on_requires_action"):
        with pytest.raises(stripe.CardError) as caught:
            await pay("tok_threeDSecureRequired", **{option: True})
        assert caught.value.code == "authentication_required"
