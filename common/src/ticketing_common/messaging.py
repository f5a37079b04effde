"""A service's work on the stream, wired: relays, consumers, and the watch over it."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.gaps import Missing
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.relay import Relay
from ticketing_common.events.resync import Republisher
from ticketing_common.events.resync_server import ResyncServer
from ticketing_common.events.stream import Stream
from ticketing_common.events.watch import StreamWatch
from ticketing_common.store.database import Database
from ticketing_common.store.position import StreamPosition
from ticketing_common.store.resync_state import ResyncState
from ticketing_common.store.store import Store

Work = Callable[[], Coroutine[Any, Any, None]]


class Messaging:
    """`work` is what runs, by name and without an end; `stores` are what it remembers itself by.

    Without a database there is nothing to watch the stream by, and nothing to tell again.
    """

    def __init__(
        self,
        stream: Stream,
        database: Database | None,
        stores: Sequence[Store[Any]],
        listeners: Sequence[AnyListener],
        republishers: Sequence[Republisher],
        missing: Missing,
    ) -> None:
        dead_letters = DeadLetters(stream)
        publisher = Publisher(stream)
        owner = listeners[0].queue_group if listeners else ""  # one is the whole service's
        consumers = [Consumer(listener, stream, dead_letters) for listener in listeners]
        self.consumers = consumers
        self.stores: list[Store[Any]] = []
        self.work: dict[str, Work] = {
            f"relay of {store.outbox.name}": Relay(store.outbox, publisher, owner).run
            for store in stores
            if store.document.publishes
        }
        self.work |= {f"consumer {each.listener.durable}": each.run for each in consumers}
        if database and listeners:
            positions, states = Store(database, StreamPosition), Store(database, ResyncState)
            service = owner.removesuffix("-service")
            resync = ResyncServer(stream, states, service, republishers)
            self.stores = [positions, states]
            self.work["telling again"] = resync.run
            watch = StreamWatch(stream, positions, consumers, resync, missing)
            self.work["watching the stream"] = watch.run
