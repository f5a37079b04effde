"""Who the people are that an order is between."""

from collections.abc import Mapping

from fastapi import FastAPI

from ticketing_auth.models.user import User
from ticketing_common.reports.report import Part
from ticketing_common.store import Store


async def of_order(app: FastAPI, _: str, known: Mapping[str, str]) -> Part:
    users: Store[User] = app.state.stores[User]
    people = {role: known[role] for role in ("buyer", "seller") if role in known}
    found = await users.find_ids(people.values())
    return Part(
        facts={
            role: f"{found[id].shown().email}, {id}" if id in found else f"no user {id}"
            for role, id in people.items()
        }
    )


async def of_service(_: FastAPI) -> Part:
    """Whether it is ready says all."""
    return Part()
