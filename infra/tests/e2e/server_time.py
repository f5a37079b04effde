"""How long the server takes for a page, beside the API calls it makes: a table for a README.

`python -m infra.tests.e2e.server_time` from the repository's root. Both are measured through the
gateway, one request after the other on a connection kept open. A page whose calls ran one after
the other would take their sum and some; run at once, they take little more than the longest.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from infra.tests.e2e.shop import Shop, new_email
from infra.tests.e2e.stack import running_stack

ROUNDS = 100
TICKETS = 100
WINDOW_SECONDS = 900
ACCOUNT = "/api/users/currentuser"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, running_stack(Path(folder), WINDOW_SECONDS) as up:
        shop = Shop(up.url)
        ids = [shop.sell(f"Concert on the pier, evening {n}", 18 + n) for n in range(TICKETS)]
        buyer = shop.account(new_email("buyer"))
        order = buyer.post("/api/orders", json={"ticketId": ids[0]}).raise_for_status().json()["id"]
        sys.stdout.write(
            "| page | API calls, ms each, alone | their sum | the page, ms |\n|---|---|--:|--:|\n"
        )
        for page, calls in {
            "/": [ACCOUNT, "/api/tickets"],
            f"/tickets/{ids[1]}": [ACCOUNT, f"/api/tickets/{ids[1]}", "/api/orders"],
            f"/orders/{order}": [ACCOUNT, f"/api/orders/{order}", f"/api/payments/{order}"],
            "/orders": [ACCOUNT, "/api/orders"],
            "/tickets/mine": [ACCOUNT, "/api/tickets/mine"],
        }.items():
            _print_row(buyer, page, calls)


def _print_row(visitor: httpx.Client, page: str, calls: list[str]) -> None:
    alone = {call: _milliseconds(visitor, call) for call in calls}
    shown = ", ".join(f"{_short(call)} {took:.1f}" for call, took in alone.items())
    took = _milliseconds(visitor, page)
    sys.stdout.write(f"| {_short(page)} | {shown} | {sum(alone.values()):.1f} | {took:.1f} |\n")


def _milliseconds(visitor: httpx.Client, path: str) -> float:
    """The median of many requests."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        visitor.get(path).raise_for_status()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _short(path: str) -> str:
    """The path with a word in place of an id."""
    words = [":id" if len(word) == 24 else word for word in path.split("/")]
    return "/".join(words)


if __name__ == "__main__":
    main()
