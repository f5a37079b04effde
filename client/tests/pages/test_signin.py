"""/auth/signin and /auth/signout."""

from collections.abc import Callable

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


async def test_signs_in(api: FakeApi, visitor: Browser) -> None:
    """An account's email and password open it."""
    api.accounts.add("me@example.com", "password")
    await visitor.open("/auth/signin")

    page = await visitor.send("Sign In", email="me@example.com", password="password")

    assert page.path == "/"
    assert "Sign Out" in page.header


async def test_wrong_password(api: FakeApi, visitor: Browser) -> None:
    """A wrong password is told without a word on which of the two is wrong; the email stays."""
    api.accounts.add("me@example.com", "password")
    await visitor.open("/auth/signin")

    page = await visitor.send("Sign In", email="me@example.com", password="wrong")

    assert page.status == 400
    assert "Invalid credentials" in page.text
    assert page.one("#email")["value"] == "me@example.com"


async def test_missing_password(visitor: Browser) -> None:
    """The API's own message stands beside the field."""
    await visitor.open("/auth/signin")

    page = await visitor.send("Sign In", email="me@example.com", password="")

    assert page.one("#password-error").text == "You must supply a password"


async def test_hashing_may_take_longer_than_a_page(api: FakeApi, visitor: Browser) -> None:
    """Passwords are slow on purpose: signing in has more time than anything else."""
    api.accounts.add("me@example.com", "password")
    await visitor.open("/auth/signin")
    api.slow = {"users": 0.4}

    answer = await visitor.http.post(
        "/auth/signin",
        data={"email": "me@example.com", "password": "password"},
        follow_redirects=False,
    )

    assert answer.status_code == 303


async def test_two_visitors_stay_apart(new_browser: Callable[[], Browser]) -> None:
    """One visitor's session never reaches another through the client's connections."""
    one, other = new_browser(), new_browser()

    await one.sign_up("one@example.com")
    page = await other.open("/")

    assert page.header == ["Sign Up", "Sign In"]


async def test_signs_out(buyer: Browser) -> None:
    """The header's button ends the session."""
    await buyer.open("/orders")

    page = await buyer.send("Sign Out")

    assert page.path == "/"
    assert page.header == ["Sign Up", "Sign In"]


async def test_the_base_systems_address_asks_first(buyer: Browser) -> None:
    """/auth/signout by a link ends nothing; its button does."""
    page = await buyer.open("/auth/signout")
    assert "Sign Out" in page.header

    page = await buyer.send("Sign out buyer@example.com")
    assert page.header == ["Sign Up", "Sign In"]

    page = await buyer.open("/auth/signout")
    assert "You are signed out" in page.text


async def test_an_old_session_is_asked_to_sign_in(api: FakeApi, buyer: Browser) -> None:
    """A session the API does not accept any more leads to signing in and back."""
    api.accounts.users.clear()

    page = await buyer.open("/orders")

    assert page.path == "/auth/signin?next=/orders"
