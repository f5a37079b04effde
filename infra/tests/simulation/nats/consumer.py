"""A durable pull consumer of JetStream's: who has what in hand, and what comes again."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.tests.simulation.nats.core import Core
from infra.tests.simulation.nats.stream import Stream
from infra.tests.simulation.unknown import UnknownError

NANOSECOND = 1e-9
CONSUMER_DELETED = {"Status": "409", "Description": "Consumer Deleted"}
HEARTBEAT = {"Status": "100", "Description": "Idle Heartbeat"}


@dataclass
class Request:
    """A pull: so many messages to this inbox, until then, with a sign of life each so often."""

    who: str
    inbox: str
    left: int
    expires: float
    heartbeat: float


class Consumer:
    def __init__(self, core: Core, stream: Stream, config: dict[str, Any]) -> None:
        self.core = core
        self.stream = stream
        self.name: str = config.get("durable_name") or config["name"]
        self.configure(config)
        self.gone = False
        self.next = self._start(config)
        self.floor = self.next - 1  # all up to here are done with
        self.delivered = 0
        self.deliveries: dict[int, int] = {}  # of each message in hand
        self._again: deque[int] = deque()
        self._requests: deque[Request] = deque()

    def configure(self, config: dict[str, Any]) -> None:
        if config.get("max_deliver", -1) > 0:
            raise UnknownError("a most of deliveries")
        self.config = config
        self.filters: list[str] = list(config.get("filter_subjects") or ())
        if one := config.get("filter_subject"):
            self.filters = [one]

    def _start(self, config: Mapping[str, Any]) -> int:
        match config.get("deliver_policy", "all"):
            case "new":
                return self.stream.last + 1
            case "by_start_sequence":
                return int(config["opt_start_seq"])
            case "all":
                return self.stream.first
        raise UnknownError(f"deliver policy {config['deliver_policy']}")

    def pull(self, inbox: str, asked: Mapping[str, Any]) -> None:
        now = self.core.loop.time()
        request = Request(
            self.core.speaking,
            inbox,
            int(asked.get("batch", 1)),
            now + asked.get("expires", 1e9) * NANOSECOND,
            asked.get("idle_heartbeat", 0) * NANOSECOND,
        )
        self._requests.append(request)
        self.core.loop.in_world(request.expires - now, self._expire, request)
        if request.heartbeat:
            self.core.loop.in_world(request.heartbeat, self._beat, request)
        self.pump()

    def acknowledge(self, number: int, data: bytes) -> None:
        if number not in self.deliveries:
            return
        if data.startswith(b"-NAK"):
            rest = data.removeprefix(b"-NAK").strip()
            delay = json.loads(rest).get("delay", 0) * NANOSECOND if rest else 0.0
            self.core.loop.in_world(delay, self._return, number, self.deliveries[number])
        elif data.startswith(b"+WPI"):
            self._watch(number)
        else:
            del self.deliveries[number]
            self._raise_floor()
            self.pump()

    def pump(self) -> None:
        """Deliver what there is to whoever asked."""
        if not self.core.answers:
            return
        while self._requests and (number := self._choose()) is not None:
            request = self._requests[0]
            request.left -= 1
            if not request.left:
                self._requests.popleft()
            self._deliver(request, number)

    def disconnect(self) -> None:
        """The server restarted, or all who asked are gone: nobody asks any more."""
        self._requests.clear()

    def delete(self) -> None:
        self.gone = True
        while self._requests:
            self.core.route(self._requests.popleft().inbox, "", CONSUMER_DELETED, b"")

    def copy(self, stream: Stream) -> "Consumer":
        """On a copy of its stream."""
        made = Consumer(self.core, stream, self.config)
        made.next, made.floor, made.delivered = self.next, self.floor, self.delivered
        made.deliveries = dict(self.deliveries)
        return made

    def resume(self) -> None:
        """What was in hand when its server stopped comes again in time."""
        for number in self.deliveries:
            self._watch(number)

    def info(self) -> dict[str, Any]:
        self._drop_discarded()
        return {
            "stream_name": self.stream.config["name"],
            "name": self.name,
            "created": self.core.moment(0),
            "config": self.config,
            "delivered": {"consumer_seq": self.delivered, "stream_seq": self.next - 1},
            "ack_floor": {"consumer_seq": 0, "stream_seq": self.floor},
            "num_ack_pending": len(self.deliveries),
            "num_redelivered": sum(count > 1 for count in self.deliveries.values()),
            "num_waiting": len(self._requests),
            "num_pending": self.stream.count(self.filters, self.next),
        }

    def _choose(self) -> int | None:
        self._drop_discarded()
        while self._again:
            number = self._again.popleft()
            if number in self.deliveries:
                return number
        most = self.config.get("max_ack_pending", 1000)
        if 0 < most <= len(self.deliveries):
            return None
        number = self.stream.next(self.filters, self.next)  # type: ignore[assignment]
        if number is None:
            return None
        self.next = number + 1
        return number

    def _deliver(self, request: Request, number: int) -> None:
        self.delivered += 1
        count = self.deliveries[number] = self.deliveries.get(number, 0) + 1
        message = self.stream.messages[number]
        left = self.stream.count(self.filters, self.next)
        name = self.stream.config["name"]
        at = int(self.core.wall(message.at) * 1e9)
        reply = f"$JS.ACK.{name}.{self.name}.{count}.{number}.{self.delivered}.{at}.{left}"
        if self.config.get("ack_policy", "explicit") != "explicit":
            raise UnknownError("consumers that need not acknowledge")
        self._watch(number)
        self.core.note(request.who, "delivered", message.subject, message.data, count, number)
        route, to = self.core.route, request.inbox
        if not route(to, reply, message.headers, message.data, message.subject):
            self.disconnect()

    def _watch(self, number: int) -> None:
        wait = self.config.get("ack_wait", 30e9) * NANOSECOND
        self.core.loop.in_world(wait, self._return, number, self.deliveries[number])

    def _return(self, number: int, delivery: int) -> None:
        """It comes again, unless it was acknowledged, or delivered again, since."""
        if self.deliveries.get(number) == delivery and number not in self._again and not self.gone:
            self._again.append(number)
            self.pump()

    def _drop_discarded(self) -> None:
        """What the stream has no more is in nobody's hand."""
        for number in [each for each in self.deliveries if each not in self.stream.messages]:
            del self.deliveries[number]
            self._raise_floor()

    def _raise_floor(self) -> None:
        lowest = min(self.deliveries, default=self.next)
        self.floor = max(self.floor, lowest - 1)

    def _expire(self, request: Request) -> None:
        if request in self._requests:
            self._requests.remove(request)
            left = {"Nats-Pending-Messages": str(request.left), "Nats-Pending-Bytes": "0"}
            headers = {"Status": "408", "Description": "Request Timeout", **left}
            self.core.route(request.inbox, "", headers, b"")

    def _beat(self, request: Request) -> None:
        if request in self._requests and self.core.answers:
            self.core.route(request.inbox, "", HEARTBEAT, b"")
        if request in self._requests:
            self.core.loop.in_world(request.heartbeat, self._beat, request)
