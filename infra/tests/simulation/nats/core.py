"""Core NATS, which JetStream is built on: who subscribed to what, and gets what is published."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from infra.tests.simulation.determinism import EPOCH
from infra.tests.simulation.loop import SimulatedLoop
from infra.tests.simulation.nats.subjects import fits, literal
from infra.tests.simulation.nats.transport import Transport
from infra.tests.simulation.nats.wire import Headers, message
from infra.tests.simulation.network import Network


@dataclass(slots=True)
class Connection:
    """A client: what of its next command has come, and its subscriptions by number."""

    transport: Transport
    buffer: bytearray = field(default_factory=bytearray)
    subscriptions: dict[str, str] = field(default_factory=dict)


class Core:
    """Also what JetStream asks of the server it runs in: the time, and whether it answers."""

    def __init__(self, network: Network, loop: SimulatedLoop) -> None:
        self.name = "nats"
        self.network = network
        self.loop = loop
        self.note = network.chronicle.note
        self.up = True
        self.frozen = False
        self.speaking = ""  # whose command is obeyed
        self._exact: dict[str, list[tuple[Connection, str]]] = {}
        # By what comes before their first wildcard.
        self._patterns: dict[tuple[str, ...], list[tuple[list[str], Connection, str]]] = {}

    @property
    def answers(self) -> bool:
        return self.up and not self.frozen

    def wall(self, at: float) -> float:
        return EPOCH + at

    def moment(self, at: float) -> str:
        text = datetime.fromtimestamp(self.wall(at), UTC).isoformat(timespec="microseconds")
        return text.replace("+00:00", "Z")

    def route(
        self, subject: str, reply: str, headers: Headers, data: bytes, about: str = ""
    ) -> bool:
        """Hand it to whoever subscribed; return whether somebody did. A stream's message keeps the
        subject it is `about`, whatever inbox it goes to."""
        if not self.up:
            return False
        listeners = list(self._exact.get(subject, ()))
        tokens = subject.split(".")
        for length in range(len(tokens)):
            for pattern, connection, number in self._patterns.get(tuple(tokens[:length]), ()):
                if fits(pattern, tokens):
                    listeners.append((connection, number))
        for connection, number in listeners:
            connection.transport.deliver(message(about or subject, number, reply, headers, data))
        return bool(listeners)

    def subscribe(self, connection: Connection, subject: str, number: str) -> None:
        connection.subscriptions[number] = subject
        if "*" in subject or ">" in subject:
            pattern = subject.split(".")
            self._patterns.setdefault(literal(pattern), []).append((pattern, connection, number))
        else:
            self._exact.setdefault(subject, []).append((connection, number))

    def unsubscribe(self, connection: Connection, number: str) -> None:
        subject = connection.subscriptions.pop(number, None)
        if subject is None:
            return
        if "*" in subject or ">" in subject:
            pattern = subject.split(".")
            self._patterns[literal(pattern)].remove((pattern, connection, number))
        else:
            self._exact[subject].remove((connection, number))
