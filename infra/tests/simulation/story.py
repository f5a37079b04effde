"""What a failed world did with the order, ticket or payment concerned, in a dozen lines."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.tests.simulation.chronicle import Event
from infra.tests.simulation.http import Request, Response

LINES = 16
MOST = 3  # ids of a violation
BEFORE, AFTER = 6.0, 1.0  # seconds around these events in which a fault may have mattered
WIDTH = 160  # characters
IDS = re.compile(r"\b(?:[0-9a-f]{24}|(?:pi|ch|re|dp)_\w+)\b")
HEX = re.compile(r"\b[0-9a-f]{18}(?=[0-9a-f]{6}\b)")  # the ids of a world end differently
OF_SEED = re.compile(r"-of-\d+@example.com")
AT_STRIPE = re.compile(r"\b(?:pi|ch|re|dp)_\w+\b")
LEFT_OUT = {"outbox", "_id", "search", "title", "password"}  # of a stored document
TOLD = ("ticketId", "orderId", "token", "price", "status", "version", "id", "message", "duplicate")


def story(events: Sequence[Event], violations: Mapping[str, Sequence[str]]) -> list[str]:
    """Of the first violation that names something. What matters least is left out first: what was
    only read, then deliveries, then what was told."""
    ids = _concerned(events, violations)
    mine = [each for each in events if _mentions(each, ids)]
    ids |= {found for each in mine for found in _at_stripe(each, ids)}
    mine = [each for each in events if _mentions(each, ids)]
    for rank in (4, 3, 2, 1):
        if len(mine) > LINES:
            mine = [each for each in mine if _rank(each) < rank]
    left_out = max(len(mine) - LINES, 0)
    if left_out:
        mine = [*mine[: LINES // 2], *mine[-LINES // 2 :]]
    begin, end = (mine[0].at - BEFORE, mine[-1].at + AFTER) if mine else (0.0, math.inf)
    faults = [each for each in events if each.kind == "fault" and begin <= each.at <= end]
    chosen = {id(each) for each in (*mine, *faults)}
    told = [_line(each) for each in events if id(each) in chosen]
    return [*told, f"(and {left_out} more events between these)"] if left_out else told


def _concerned(events: Iterable[Event], violations: Mapping[str, Sequence[str]]) -> set[str]:
    """Orders, tickets, payments and what they are at Stripe, but not whose they are."""
    stored = [each.facts for each in events if each.kind == "stored"]
    users = {str(id) for _, collection, id, *_ in stored if collection == "users"}
    for violation in (each for found in violations.values() for each in found):
        if ids := [each for each in IDS.findall(violation) if each not in users]:
            return set(ids[:MOST])
    return set()


def _at_stripe(event: Event, ids: set[str]) -> list[str]:
    """The intents, charges and refunds that a document of one of these has to do with."""
    if event.kind != "stored" or event.facts[4] is None:
        return []
    id, document = str(event.facts[2]), event.facts[4]
    return AT_STRIPE.findall(repr(document)) if {id, document.get("orderId")} & ids else []


def _rank(event: Event) -> int:
    """0 is what a story can't do without."""
    match event.kind:
        case "fault" | "rolled back" | "refused":
            return 0
        case "stored":
            return 0 if _changes(*event.facts[3:]) else 4
        case "asked":
            _, request, _, response = event.facts
            if request.method == "GET":
                return 2 if IDS.search(request.url) else 4
            return 0 if response.status in (0, 200, 201, 204) else 1
        case "published":
            return 1
    return 1 if event.facts[2] > 1 else 3  # delivered, again or for the first time


def _text(event: Event) -> str:
    return repr([_plain(each) for each in event.facts])


def _plain(fact: Any) -> Any:
    if isinstance(fact, Request):
        return fact.url, fact.body
    return bytes(fact.body) if isinstance(fact, Response) else fact


def _mentions(event: Event, ids: Iterable[str]) -> bool:
    text = _text(event)
    return any(id in text for id in ids)


def _line(event: Event) -> str:
    who = OF_SEED.sub("", event.who)
    line = f"{event.at:8.3f}  {who:13}  {WORDS[event.kind](*event.facts)}"
    line = HEX.sub("…", line)
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _asked(since: float, request: Request, of: str, response: Response) -> str:
    url = urlsplit(request.url)
    body = request.body.decode()
    asked = _told(body) if body.startswith("{") else " ".join(f"{v}" for _, v in parse_qsl(body))
    said = (
        f"{response.status} {_told(response.body.decode())}" if response.complete else "no answer"
    )
    return f"{request.method} {url.path} of {of} since {since:.3f}: {said}; asked {asked}"


def _told(text: str) -> str:
    """The fields of a body that say what it is about."""
    try:
        body = json.loads(text)
    except ValueError:
        return text
    if isinstance(body, list):
        return f"a list of {len(body)}"
    if errors := body.get("errors"):
        return str(errors[0].get("message"))
    if "data" in body and isinstance(body["data"], dict):  # a webhook's
        return f"{body.get('type')} {body['data']['object'].get('id')}"
    told = [
        f"{name} {body[name]}" for name in TOLD if isinstance(body.get(name), str | int | float)
    ]
    return ", ".join(told)


def _changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    old, new = before or {}, after or {}
    if after is None:
        return "is gone"
    names = [name for name in new if name not in LEFT_OUT and new[name] != old.get(name)]
    return ", ".join(f"{name} {_short(new[name])}" for name in names)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{n} {_short(v)}" for n, v in value.items() if v is not None) + "}"
    return value.strftime("%T.%f")[:-3] if hasattr(value, "strftime") else str(value)


def _stored(where: str, collection: str, id: Any, before: Any, after: Any) -> str:
    return f"stores {where} {collection} {id}: {_changes(before, after) or 'its news is told'}"


def _rolled_back(where: str, collection: str, id: Any, before: Any, after: Any) -> str:
    return f"loses {where} {collection} {id}: {_changes(before, after) or 'its news is told'}"


def _published(subject: str, data: bytes, number: int, duplicate: bool) -> str:
    again = ", which it had already" if duplicate else ""
    return f"publishes {subject} {_told(data.decode())}: message {number}{again}"


def _delivered(subject: str, data: bytes, count: int, number: int) -> str:
    again = f" for the {count}th time" if count > 1 else ""
    return f"gets message {number}, {subject} {_told(data.decode())}{again}"


def _refused(subject: str, data: bytes) -> str:
    return f"publishes {subject} {_told(data.decode())}, which nats refuses"


WORDS: dict[str, Callable[..., str]] = {
    "fault": str,
    "asked": _asked,
    "stored": _stored,
    "rolled back": _rolled_back,
    "published": _published,
    "delivered": _delivered,
    "refused": _refused,
}
