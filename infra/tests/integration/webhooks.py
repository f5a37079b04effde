"""Stripe's webhooks, let through for some orders only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx

from ticketing_local.data.keys import WEBHOOK_SECRET
from ticketing_local.harness import Stack
from ticketing_local.servers.stripe import EVENTS


class Relay:
    """Between Stripe and the service; `orders` are those whose events arrive.

    An event of any other is answered as if it did: Stripe does not send it again.
    """

    def __init__(self, target: str) -> None:
        self.orders: set[str] = set()
        self.delivered = 0
        self.http = httpx.Client(timeout=10)
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(relay.pass_on(body, dict(self.headers), target))
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def pass_on(self, body: bytes, headers: dict[str, str], target: str) -> int:
        if json.loads(body)["data"]["object"]["metadata"].get("order") not in self.orders:
            return 200
        kept = {name: headers[name] for name in ("Content-Type", "Stripe-Signature")}
        status = self.http.post(target, content=body, headers=kept).status_code
        self.delivered += status == 200
        return status


@contextmanager
def webhooks_by_order(stack: Stack) -> Iterator[Relay]:
    """Nobody's events arrive, but those of the relay's `orders`; afterwards everybody's again."""
    control = f"{stack.url_of('stripe')}/_fake/webhooks"
    before = httpx.get(control).json()["url"]
    secret = json.loads((stack.data / "secrets.json").read_text())[WEBHOOK_SECRET[1]]

    def send_to(url: str) -> None:
        body = {"url": url, "secret": secret, "events": EVENTS.split()}
        httpx.put(control, json=body).raise_for_status()

    relay = Relay(before)
    thread = Thread(target=relay.server.serve_forever)
    thread.start()
    try:
        send_to(relay.url)
        yield relay
    finally:
        send_to(before)
        relay.server.shutdown()
        thread.join()
        relay.server.server_close()
        relay.http.close()
