"""What the fake's sellers may say of a ticket beyond title and price, and take back."""

from datetime import UTC, datetime

import httpx

from ticketing_client.testing.answers import Json, moment, refusal

SAID = ("startsAt", "venue")
DOWN = refusal(400, "The ticket has been taken down by its seller")


def is_on_sale(ticket: Json) -> bool:
    return not ticket["orderId"] and not ticket.get("withdrawn")


def listed(ticket: Json, body: Json) -> Json:
    """The ticket with what the body says; null takes it away. It is on sale again."""
    for name in SAID:
        if body.get(name) is not None:
            ticket[name] = body[name]
        elif name in body:
            ticket.pop(name, None)
    if "startsAt" in ticket:
        ticket["startsAt"] = moment(datetime.fromisoformat(ticket["startsAt"]).astimezone(UTC))
    ticket.pop("withdrawn", None)
    return ticket


def withdraw(ticket: Json) -> httpx.Response:
    if not ticket.get("withdrawn"):
        ticket.update(withdrawn=True, version=ticket["version"] + 1)
    return httpx.Response(204)


def require_to_come(body: Json) -> None:
    if body.get("startsAt") and datetime.fromisoformat(body["startsAt"]) <= datetime.now(UTC):
        raise refusal(400, "The event has begun")


def require_open(ticket: Json) -> None:
    """What orders asks before it sells one."""
    if ticket.get("withdrawn"):
        raise DOWN
    require_to_come(ticket)


def own(ticket: Json, order: Json | None) -> Json:
    """As its seller is told of it."""
    if order is None:
        state = "withdrawn" if ticket.get("withdrawn") else "listed"
        return {**ticket, "state": state, "soldFor": None, "soldAt": None}
    if order["status"] != "complete":
        return {**ticket, "state": "reserved", "soldFor": None, "soldAt": None}
    sold = {"soldFor": order["ticket"]["price"], "soldAt": moment(datetime.now(UTC))}
    return {**ticket, "state": "sold", **sold}
