"""What a service does when it hears of something."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from ticketing_common.events.event import Event
from ticketing_common.events.rights import durable_name

E = TypeVar("E", bound=Event)


class Listener(ABC, Generic[E]):
    """One event's handler in one service; replicas of the service share its messages.

    `on_message` only does the work. It may be called with anything from the stream's past, again
    and in any order, and must leave the same state behind. Acknowledgement, retries and dead
    letters are `events.delivery`'s; pulling from the stream is `events.consumer`'s.
    """

    event: ClassVar[type[Event]]
    queue_group: ClassVar[str]

    @property
    def durable(self) -> str:
        """The name of its consumer on the server."""
        return durable_name(self.queue_group, str(self.event.subject))

    @abstractmethod
    async def on_message(self, event: E) -> None: ...


AnyListener = Listener[Any]
