"""How requests reach the API: nothing of one visitor's stays for the next."""

import asyncio

import httpx
import pytest

from ticketing_client.transport import ApiRefusedError, ApiUnavailableError, Transport


async def test_keeps_no_cookie() -> None:
    """A session the API sets, as a laptop's does without `Secure`, is not sent with the next
    request."""
    seen = []

    async def api(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"set-cookie": "session=theirs; path=/"})

    transport = Transport("http://localhost:8080", httpx.MockTransport(api))
    first = await transport.send("POST", "/api/users/signin", {}, {}, 1)
    await transport.send("GET", "/api/users/currentuser", {}, None, 1)
    await transport.close()

    assert first.headers["set-cookie"] == "session=theirs; path=/"
    assert seen == [None, None]


async def test_bounds_the_whole_exchange() -> None:
    """A connection that takes its time is given up, whatever it is doing."""

    async def api(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        raise AssertionError

    transport = Transport("http://localhost:8080", httpx.MockTransport(api))
    with pytest.raises(ApiUnavailableError):
        await transport.send("GET", "/api/tickets", {}, None, 0.05)
    await transport.close()


async def test_a_secret_is_not_in_an_errors_words() -> None:
    """What ends up in a log names status and message, not what the buyer's bank needs."""
    error = ApiRefusedError(400, [("Your bank asks", None)], client_secret="pi_1_secret_2")

    assert str(error) == "400: Your bank asks"
