"""JetStream: who stores what is published, and what its acknowledgements mean."""

import json
from collections.abc import Callable, Mapping

from infra.tests.simulation.nats.consumer import Consumer
from infra.tests.simulation.nats.core import Core
from infra.tests.simulation.nats.errors import ApiError
from infra.tests.simulation.nats.stream import Stream

ACK = "$JS.ACK."
TOO_LONG = ApiError(400, 10054, "message size exceeds maximum allowed")
NO_SPACE = ApiError(503, 10077, "no space left on device")
Copy = tuple[dict[str, Stream], dict[tuple[str, str], Consumer]]


class JetStream:
    """`take` is offered all that is published, but for what asks its API."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.streams: dict[str, Stream] = {}
        self.consumers: dict[tuple[str, str], Consumer] = {}
        self.refuses: Callable[[str, bytes], bool] = lambda subject, data: False
        self.disk_full = False

    def take(self, subject: str, reply: str, headers: Mapping[str, str], data: bytes) -> bool:
        """Return whether it was JetStream's."""
        if subject.startswith(ACK):
            words = subject.split(".")
            if consumer := self.consumers.get((words[2], words[3])):
                consumer.acknowledge(int(words[5]), data)
            if reply:
                self.core.route(reply, "", {}, b"")
            return True
        for each in self.streams.values():
            if each.takes(subject):
                if self.disk_full or self.refuses(subject, data):
                    self.core.note(self.core.speaking, "refused", subject, data)
                    self._refuse(each, reply, NO_SPACE if self.disk_full else TOO_LONG)
                    return True
                number, duplicate = each.store(subject, dict(headers), data, self.core.loop.time())
                answer = {"stream": each.config["name"], "seq": number, "duplicate": duplicate}
                self.core.note(self.core.speaking, "published", subject, data, number, duplicate)
                if reply:
                    self.core.route(reply, "", {}, json.dumps(answer).encode())
                if not duplicate:
                    self._pump(each)
                return True
        return False

    def _refuse(self, stream: Stream, reply: str, why: ApiError) -> None:
        answer = {"stream": stream.config["name"], "seq": 0, "error": why.body}
        self.core.route(reply, "", {}, json.dumps(answer).encode())

    def disconnect(self) -> None:
        for consumer in self.consumers.values():
            consumer.disconnect()

    def wipe(self) -> None:
        """All its data is gone."""
        for consumer in self.consumers.values():
            consumer.gone = True
        self.streams, self.consumers = {}, {}

    def copy(self) -> Copy:
        """What is on its disk."""
        streams = {name: stream.copy() for name, stream in self.streams.items()}
        consumers = {
            (name, durable): consumer.copy(streams[name])
            for (name, durable), consumer in self.consumers.items()
        }
        return streams, consumers

    def restore(self, copy: Copy) -> None:
        """A copy from the past takes the place of all it had."""
        self.wipe()
        self.streams, self.consumers = copy
        for consumer in self.consumers.values():
            consumer.resume()

    def delete_consumer(self, stream: str, name: str) -> bool:
        consumer = self.consumers.pop((stream, name), None)
        if consumer:
            consumer.delete()
        return consumer is not None

    def _pump(self, stream: Stream) -> None:
        for consumer in list(self.consumers.values()):
            if consumer.stream is stream:
                consumer.pump()
