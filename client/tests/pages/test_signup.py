"""/auth/signup : a new account."""

import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


async def test_signs_up_and_in(visitor: Browser) -> None:
    """A new visitor is signed in at once, and sees the header of a user."""
    await visitor.open("/auth/signup")

    page = await visitor.send("Sign Up", email="new@example.com", password="password")

    assert page.path == "/"
    assert "Sign Out" in page.header


async def test_passes_the_cookie_on_unchanged(visitor: Browser) -> None:
    """The session cookie reaches the browser to the letter, attributes included."""
    await visitor.open("/auth/signup")

    page = await visitor.send("Sign Up", email="new@example.com", password="password")

    (redirect,) = page.response.history
    (cookie,) = redirect.headers.get_list("set-cookie")
    assert redirect.status_code == 303
    assert cookie.startswith("session=ey")
    assert cookie.endswith("; Path=/; HttpOnly; Secure; SameSite=lax")


async def test_says_what_is_wrong_beside_each_field(visitor: Browser) -> None:
    """Both errors are listed and stand beside their fields; the email is kept, the password not."""
    await visitor.open("/auth/signup")

    page = await visitor.send("Sign Up", email="nonsense", password="abc")

    assert page.status == 400
    assert page.title.startswith("Error: Sign Up")
    messages = [item.get_text() for item in page.soup.select(".alert li")]
    assert messages == [
        "Email must be valid",
        "Password must be between 4 and 20 characters",
    ]
    email, password = page.one("#email"), page.one("#password")
    assert email["value"] == "nonsense"
    assert email["aria-invalid"] == "true"
    assert page.one(f"#{str(email['aria-describedby']).strip()}").text == "Email must be valid"
    assert email.has_attr("autofocus")
    assert password["value"] == ""
    assert password["aria-invalid"] == "true"


async def test_email_in_use(seller: Browser, visitor: Browser) -> None:
    """An error about no field in particular is in the list."""
    await visitor.open("/auth/signup")

    page = await visitor.send("Sign Up", email="seller@example.com", password="password")

    assert page.status == 400
    assert "Email in use" in page.text
    assert page.header == ["Sign Up", "Sign In"]


async def test_goes_where_the_visitor_was_going(visitor: Browser) -> None:
    """After signing up one is where one wanted to be."""
    await visitor.open("/auth/signup?next=/tickets/new")

    page = await visitor.send("Sign Up", email="new@example.com", password="password")

    assert page.path == "/tickets/new"


@pytest.mark.parametrize(
    "target",
    ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)", "/\nx", ""],
)
async def test_never_leads_to_another_site(visitor: Browser, target: str) -> None:
    """A link to our sign-up page can't send the new user elsewhere."""
    await visitor.open("/auth/signup")

    page = await visitor.send("Sign Up", email="new@example.com", password="password", next=target)

    assert page.response.history[0].headers["location"] == "/"


async def test_keeps_the_email_while_auth_is_away(api: FakeApi, visitor: Browser) -> None:
    """No answer is told as such, and nothing typed is lost."""
    await visitor.open("/auth/signup")
    api.away = {"users"}

    page = await visitor.send("Sign Up", email="new@example.com", password="password")

    assert page.status == 503
    assert "We got no answer in time" in page.text
    assert page.one("#email")["value"] == "new@example.com"


async def test_is_no_page_for_a_user(buyer: Browser) -> None:
    """Who is signed in is sent on."""
    page = await buyer.open("/auth/signup?next=/orders")

    assert page.path == "/orders"


async def test_email_in_use_is_told_at_its_field(seller: Browser, visitor: Browser) -> None:
    """With a way to sign in that leads to where one was going."""
    await visitor.open("/auth/signup?next=/tickets/new")

    page = await visitor.send("Sign Up", email="seller@example.com", password="password")

    assert page.one("#email-error").text == "Email in use"
    assert page.one("#email")["aria-invalid"] == "true"
    assert page.one(".field-way-out a")["href"] == "/auth/signin?next=/tickets/new"
