"""A NATS server: its connections, their commands, and JetStream beside core NATS.

The protocol is NATS' own (docs.nats.io, "client protocol"), as far as nats-py speaks it.
"""

import json

from infra.tests.simulation.loop import SimulatedLoop
from infra.tests.simulation.nats.api import Api
from infra.tests.simulation.nats.core import Connection, Core
from infra.tests.simulation.nats.jetstream import JetStream
from infra.tests.simulation.nats.transport import Transport
from infra.tests.simulation.nats.wire import Headers, split
from infra.tests.simulation.network import Network

INFO = {
    "server_id": "simulated",
    "version": "2.15.1",
    "max_payload": 2**20,
    "proto": 1,
    "headers": True,
    "jetstream": True,
}


class Server(Core):
    """Connections break with it; what JetStream acknowledged is on disk."""

    def __init__(self, network: Network, loop: SimulatedLoop) -> None:
        super().__init__(network, loop)
        self.jetstream = JetStream(self)
        self._api = Api(self, self.jetstream)
        self._connections: dict[int, Connection] = {}
        self._held: list[tuple[Transport, bytes]] = []

    # Of the clients.

    def accept(self, transport: Transport) -> None:
        self._connections[id(transport)] = Connection(transport)
        transport.deliver(f"INFO {json.dumps(INFO)}\r\n".encode())

    def receive(self, transport: Transport, data: bytes) -> None:
        if self.frozen:
            self._held.append((transport, data))
            return
        connection = self._connections.get(id(transport))
        if connection is None or connection.transport.owner.dead:
            return
        connection.buffer += data
        self.speaking = transport.owner.name
        while self._command(connection):
            pass

    def forget(self, transport: Transport) -> None:
        connection = self._connections.pop(id(transport), None)
        for number in list(connection.subscriptions) if connection else []:
            self.unsubscribe(connection, number)  # type: ignore[arg-type]

    # What happens to it.

    def kill(self) -> None:
        self.up = False
        for connection in list(self._connections.values()):
            self.forget(connection.transport)
            connection.transport.hang_up()
        self._held.clear()
        self.jetstream.disconnect()

    def start(self) -> None:
        self.up = True

    def freeze(self) -> None:
        self.frozen = True

    def thaw(self) -> None:
        self.frozen = False
        held, self._held = self._held, []
        for transport, data in held:
            self.receive(transport, data)

    def drop_clients_of(self, owner: str) -> None:
        """Its process is gone, and so are its connections."""
        for connection in list(self._connections.values()):
            if connection.transport.owner.name == owner:
                self.forget(connection.transport)
                connection.transport.hang_up()

    # Publishing.

    def publish(self, subject: str, reply: str, headers: Headers, data: bytes) -> None:
        heard = self._api.take(subject, reply, data)
        heard = heard or self.jetstream.take(subject, reply, headers, data)
        heard = self.route(subject, reply, headers, data) or heard
        if not heard and reply:
            self.route(reply, "", {"Status": "503"}, b"")

    def _command(self, connection: Connection) -> bool:
        """Obey one command; return whether there was a whole one."""
        line, found, rest = bytes(connection.buffer).partition(b"\r\n")
        if not found:
            return False
        name, *words = line.decode().split(" ")
        if name in ("PUB", "HPUB"):
            size = int(words[-1])
            if len(rest) < size + 2:
                return False
            body, rest = rest[:size], rest[size + 2 :]
            reply = words[1] if len(words) == (4 if name == "HPUB" else 3) else ""
            headers, data = split(body, int(words[-2])) if name == "HPUB" else ({}, body)
            connection.buffer = bytearray(rest)
            self.publish(words[0], reply, headers, data)
            return True
        connection.buffer = bytearray(rest)
        if name == "SUB":
            self.subscribe(connection, words[0], words[-1])
        elif name == "UNSUB":
            self.unsubscribe(connection, words[0])
        elif name == "PING":
            connection.transport.deliver(b"PONG\r\n")
        return True
