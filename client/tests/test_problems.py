"""What can't be answered, or was answered oddly, is a page of ours that says so."""

from typing import Any

import httpx
import pytest

from ticketing_client.testing.browser import Browser
from ticketing_client.testing.fake_api import FakeApi


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, json={"errors": [{"message": "Something went wrong"}]}),
        httpx.Response(502, text="<html>Bad Gateway</html>"),
        httpx.Response(200, text="not JSON"),
        httpx.Response(200, json={"not": "a list"}),
        httpx.Response(302, headers={"location": "https://evil.test/"}),
    ],
)
async def test_odd_answers(api: FakeApi, visitor: Browser, answer: httpx.Response) -> None:
    """Whatever comes in place of an answer is not shown to anybody."""
    api.odd = {"tickets": answer}

    page = await visitor.open("/")

    assert page.status == 503
    assert "Tickets can't be shown right now" in page.text


async def test_a_refusal_without_a_reason(api: FakeApi, visitor: Browser) -> None:
    """A gateway's 4xx that is not in our form is told by its number."""
    api.odd = {"users": httpx.Response(413, text="<html>too large</html>")}
    await visitor.open("/auth/signin")

    page = await visitor.send("Sign In", email="me@example.com", password="password")

    assert page.status == 413
    assert "The request was refused (413)" in page.text


async def test_our_own_mistake(app: Any, visitor: Browser) -> None:
    """An exception is a page without details, and the log has them."""

    async def broken() -> None:
        raise RuntimeError("secret detail")

    app.add_api_route("/broken", broken)

    page = await visitor.open("/broken")

    assert page.status == 500
    assert "Something went wrong on our side" in page.text
    assert "secret" not in page.html


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("DELETE", "/"), ("PUT", "/x")])
async def test_no_such_page(visitor: Browser, method: str, path: str) -> None:
    """Unknown pages and methods get the page that says so."""
    answer = await visitor.http.request(method, path)

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_unknown_parts_of_the_api_are_404_as_there(visitor: Browser, method: str) -> None:
    """What the ingress finds no service for ends here, and is answered as a service would."""
    answer = await visitor.http.request(method, "/api/nothing")

    assert answer.status_code == 404
    assert answer.json() == {"errors": [{"message": "Not Found"}]}
