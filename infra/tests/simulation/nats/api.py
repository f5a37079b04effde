"""JetStream's own subjects: streams and consumers made, asked about and removed."""

import base64
import json
from collections.abc import Callable
from typing import Any

from infra.tests.simulation.nats.consumer import Consumer
from infra.tests.simulation.nats.core import Core
from infra.tests.simulation.nats.errors import ApiError
from infra.tests.simulation.nats.jetstream import JetStream
from infra.tests.simulation.nats.stream import Stream
from infra.tests.simulation.unknown import UnknownError

API = "$JS.API."
WHERE_IT_STARTS = "deliver_policy", "opt_start_seq"  # of a consumer's configuration

Answer = dict[str, Any]


class Api:
    def __init__(self, core: Core, jetstream: JetStream) -> None:
        self.core = core
        self.jetstream = jetstream

    def take(self, subject: str, reply: str, data: bytes) -> bool:
        """Return whether it was asked."""
        if not subject.startswith(API):
            return False
        self._ask(subject.removeprefix(API), reply, data)
        return True

    def _ask(self, subject: str, reply: str, data: bytes) -> None:
        verb, words = _verb(subject)
        asked = json.loads(data) if data else {}
        if verb == "CONSUMER.MSG.NEXT":
            if consumer := self.jetstream.consumers.get((words[0], words[1])):
                consumer.pull(reply, asked)
            else:
                self.core.route(reply, "", {"Status": "503"}, b"")
            return
        try:
            answer = _ANSWERS[verb](self, words, asked)
        except ApiError as error:
            answer = {"error": error.body}
        kind = f"io.nats.jetstream.api.v1.{verb.lower().replace('.', '_')}_response"
        if reply:
            self.core.route(reply, "", {}, json.dumps({"type": kind, **answer}).encode())

    def _stream(self, name: str) -> Stream:
        try:
            return self.jetstream.streams[name]
        except KeyError:
            raise ApiError(404, 10059, "stream not found") from None

    def _consumer(self, stream: str, name: str) -> Consumer:
        self._stream(stream)
        try:
            return self.jetstream.consumers[stream, name]
        except KeyError:
            raise ApiError(404, 10014, "consumer not found") from None

    def _create_stream(self, words: list[str], asked: Answer) -> Answer:
        if words[0] in self.jetstream.streams:
            raise ApiError(400, 10058, "stream name already in use")
        self.jetstream.streams[words[0]] = Stream(_filled(asked), self.core.loop.time())
        return self._stream_info(words, {})

    def _update_stream(self, words: list[str], asked: Answer) -> Answer:
        self._stream(words[0]).config = _filled(asked)
        return self._stream_info(words, {})

    def _stream_info(self, words: list[str], _: Answer) -> Answer:
        stream = self._stream(words[0])
        first = stream.messages.get(stream.first)
        last = stream.messages.get(stream.last)
        return {
            "config": stream.config,
            "created": self.core.moment(stream.created),
            "state": {
                "messages": len(stream.messages),
                "bytes": stream.size,
                "first_seq": stream.first if stream.last else 0,
                "last_seq": stream.last,
                "first_ts": self.core.moment(first.at if first else 0),
                "last_ts": self.core.moment(last.at if last else 0),
                "consumer_count": sum(owner == words[0] for owner, _ in self.jetstream.consumers),
            },
        }

    def _get_message(self, words: list[str], asked: Answer) -> Answer:
        stream = self._stream(words[0])
        number = asked.get("seq")
        if "next_by_subj" in asked:
            number = stream.next([asked["next_by_subj"]], number or 0)
        elif "last_by_subj" in asked:
            mine = [
                m.number for m in stream.messages.values() if m.subject == asked["last_by_subj"]
            ]
            number = max(mine, default=None)
        message = stream.messages.get(number or 0)
        if message is None:
            raise ApiError(404, 10037, "no message found")
        lines = "".join(f"{name}: {value}\r\n" for name, value in message.headers.items())
        return {
            "message": {
                "subject": message.subject,
                "seq": message.number,
                "hdrs": base64.b64encode(f"NATS/1.0\r\n{lines}\r\n".encode()).decode(),
                "data": base64.b64encode(message.data).decode(),
                "time": self.core.moment(message.at),
            }
        }

    def _delete_message(self, words: list[str], asked: Answer) -> Answer:
        if not self._stream(words[0]).delete(asked["seq"]):
            raise ApiError(500, 10057, "no message found")
        return {"success": True}

    def _create_consumer(self, words: list[str], asked: Answer) -> Answer:
        stream = self._stream(words[0])
        config = asked["config"]
        name = config.get("durable_name") or config.get("name") or words[1]
        known = self.jetstream.consumers.get((words[0], name))
        if known is None:
            known = self.jetstream.consumers[words[0], name] = Consumer(
                self.core, stream, {**config, "name": name}
            )
        elif any(config.get(each) != known.config.get(each) for each in WHERE_IT_STARTS):
            raise ApiError(500, 10012, "deliver policy can not be updated")
        else:
            known.configure({**known.config, **config})
        return known.info()

    def _consumer_info(self, words: list[str], _: Answer) -> Answer:
        return self._consumer(words[0], words[1]).info()

    def _list_consumers(self, words: list[str], asked: Answer) -> Answer:
        mine = [
            each.info()
            for (owner, _), each in self.jetstream.consumers.items()
            if owner == words[0]
        ]
        return {"total": len(mine), "offset": 0, "limit": 256, "consumers": mine}

    def _delete_consumer(self, words: list[str], _: Answer) -> Answer:
        self._consumer(words[0], words[1])
        self.jetstream.delete_consumer(words[0], words[1])
        return {"success": True}


_ANSWERS: dict[str, Callable[[Api, list[str], Answer], Answer]] = {
    "STREAM.CREATE": Api._create_stream,
    "STREAM.UPDATE": Api._update_stream,
    "STREAM.INFO": Api._stream_info,
    "STREAM.MSG.GET": Api._get_message,
    "STREAM.MSG.DELETE": Api._delete_message,
    "CONSUMER.CREATE": Api._create_consumer,
    "CONSUMER.DURABLE.CREATE": Api._create_consumer,
    "CONSUMER.INFO": Api._consumer_info,
    "CONSUMER.LIST": Api._list_consumers,
    "CONSUMER.DELETE": Api._delete_consumer,
}


def _verb(subject: str) -> tuple[str, list[str]]:
    """What is asked, and of what: STREAM.INFO.ticketing asks STREAM.INFO of ticketing."""
    for verb in (*_ANSWERS, "CONSUMER.MSG.NEXT"):
        if subject.startswith(f"{verb}."):
            return verb, subject.removeprefix(f"{verb}.").split(".")
    raise UnknownError(f"{API}{subject}")


def _filled(config: Answer) -> Answer:
    """As the server stores it: with the defaults of what was not said."""
    defaults = {"max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_consumers": -1}
    window = config.get("duplicate_window") or int(120e9)
    return {**defaults, **config, "duplicate_window": window}
