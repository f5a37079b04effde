"""startsAt and venue of a ticket"""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_tickets.models.ticket import Ticket

SELLER = new_id()
BODY = {"title": "A concert", "price": 20}
YEAR = now().year + 2
STARTS = f"{YEAR}-05-01T19:30:00.000Z"
LATER = f"{YEAR}-05-02T18:00:00.000Z"
HALL = {"startsAt": STARTS, "venue": "Town Hall"}


async def _listed(api: httpx.AsyncClient, sign_in: SignIn, **more: Any) -> httpx.Response:
    return await api.post("/api/tickets", json={**BODY, **more}, headers=sign_in(SELLER))


async def test_listed_with_both(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket]
) -> None:
    """Every answer shows them, and the news tells them."""
    response = await _listed(api, sign_in, **HALL)

    assert response.status_code == 201
    ticket = response.json()
    assert ticket == {**ticket, **HALL}
    assert (await api.get(f"/api/tickets/{ticket['id']}")).json() == ticket
    assert (await api.get("/api/tickets")).json() == [ticket]
    (waiting,) = await tickets.outbox.pending(10)
    assert json.loads(waiting.messages[0].data)["listing"] == {"number": 1, **HALL}


@pytest.mark.parametrize("more", [{}, {"startsAt": None}, {"venue": None, "startsAt": None}])
async def test_without_them_as_the_base(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], more: dict[str, Any]
) -> None:
    """To the last byte: no field of ours, in no answer and no news, before and after an edit."""
    fields = ["id", "version", "title", "price", "userId", "orderId"]
    listed = await _listed(api, sign_in, **more)
    id = listed.json()["id"]

    edited = await api.put(f"/api/tickets/{id}", json={**BODY, **more}, headers=sign_in(SELLER))

    for answer in (listed, edited, await api.get(f"/api/tickets/{id}")):
        assert list(answer.json()) == fields
    assert list((await api.get("/api/tickets")).json()[0]) == fields
    (waiting,) = await tickets.outbox.pending(10)
    assert [list(json.loads(message.data)) for message in waiting.messages] == [
        ["id", "version", "title", "price", "userId"]
    ] * 2


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({}, HALL),  # of a client that does not know of them
        ({"venue": "Odeon"}, {**HALL, "venue": "Odeon"}),
        ({"startsAt": None}, {"venue": "Town Hall"}),
        ({"venue": None}, {"startsAt": STARTS}),
        (
            {"startsAt": LATER.replace("18:00:00.000Z", "20:00:00+02:00")},
            {**HALL, "startsAt": LATER},
        ),
        ({"startsAt": None, "venue": None}, {}),
    ],
)
async def test_an_edit(
    api: httpx.AsyncClient, sign_in: SignIn, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    """What is not sent stays, null takes it away."""
    id = (await _listed(api, sign_in, **HALL)).json()["id"]

    response = await api.put(f"/api/tickets/{id}", json={**BODY, **sent}, headers=sign_in(SELLER))

    assert response.status_code == 200
    shown = response.json()
    assert {name: shown[name] for name in HALL if name in shown} == kept


async def test_said_later(api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket]) -> None:
    """An edit may bring what the listing left out; each such change has a higher number."""
    id = (await _listed(api, sign_in)).json()["id"]
    for more in ({"venue": "Odeon"}, {}, {"venue": "Odeon"}, {"venue": "Apollo"}):
        await api.put(f"/api/tickets/{id}", json={**BODY, **more}, headers=sign_in(SELLER))

    (waiting,) = await tickets.outbox.pending(10)
    told = [json.loads(message.data).get("listing") for message in waiting.messages]

    odeon = {"number": 2, "venue": "Odeon"}
    assert told == [None, odeon, odeon, odeon, {"number": 5, "venue": "Apollo"}]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[
            ("startsAt", value)
            for value in (
                "tomorrow",
                "",
                f"{YEAR}-05-01",
                f"{YEAR}-05-01T19:30:00",  # of which zone?
                f"{YEAR}-13-01T19:30:00Z",
                f"{YEAR}-02-30T19:30:00Z",
                f"{YEAR}-05-01T25:30:00Z",
                f"{YEAR}-05-01T19:30:00+99:00",
                "9999-12-31T23:59:59-23:59",
                "0001-01-01T00:00:00+23:59",
                1893456000,
                True,
                [STARTS],
                {"$gt": ""},
            )
        ],
        *[
            ("venue", value)
            for value in ("", "  ", "x" * 201, "\u200b", "a\x00b", 5, ["Town Hall"], {"$gt": ""})
        ],
    ],
)
async def test_what_is_no_moment_and_no_venue(
    api: httpx.AsyncClient, sign_in: SignIn, field: str, value: Any
) -> None:
    """It is the field that is wrong, and said how it should be."""
    response = await _listed(api, sign_in, **{field: value})

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert error["message"].startswith(field[0].upper() + field[1:])


@pytest.mark.parametrize("seconds", [-1, -(10**9), 11 * 366 * 86400])
async def test_not_in_the_past_nor_far_away(
    api: httpx.AsyncClient, sign_in: SignIn, seconds: int
) -> None:
    """What nobody could order is not listed, and no edit makes it so."""
    at = (now() + timedelta(seconds=seconds)).isoformat()
    id = (await _listed(api, sign_in)).json()["id"]

    answers = [
        await _listed(api, sign_in, startsAt=at),
        await api.put(f"/api/tickets/{id}", json={**BODY, "startsAt": at}, headers=sign_in(SELLER)),
    ]

    said = "The event has begun" if seconds < 0 else "The event must be within ten years"
    for answer in answers:
        assert (answer.status_code, answer.json()) == (400, {"errors": [{"message": said}]})


async def test_the_title_of_one_that_has_begun(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket]
) -> None:
    """An edit that does not speak of the moment does not set it."""
    id = (await _listed(api, sign_in, **HALL)).json()["id"]
    ticket = (await tickets.get(id)).with_listing()
    await tickets.save(ticket.next(starts_at=now() - timedelta(hours=1)))

    response = await api.put(f"/api/tickets/{id}", json=BODY, headers=sign_in(SELLER))

    assert (response.status_code, response.json()["version"]) == (200, 2)
