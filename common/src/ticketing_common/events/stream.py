"""The connection to NATS and the stream all events are published on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import StreamInfo
from nats.js.errors import NotFoundError

from ticketing_common.events.confirms import Confirms, Outcome, Publication, Stored
from ticketing_common.events.jetstream import BrokerUnavailableError as BrokerUnavailableError
from ticketing_common.events.jetstream import JetStream, answering
from ticketing_common.events.limits import ensure, streams
from ticketing_common.events.rights import dead_letters, inbox_prefix, may_keep_streams
from ticketing_common.logs import reason
from ticketing_common.settings import NatsSettings

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT = 5.0  # seconds
RECONNECT_WAIT = 0.5  # seconds

OnMessage = Callable[[Msg], Awaitable[None]]


class Stream:
    """The marketplace's stream `NATS_CLUSTER_ID`, over one connection that never gives up.

    Kept for 30 days or 2 GiB, whichever is less. A second stream, `<name>-dead-letters`, keeps
    for 90 days what no listener could digest.
    """

    def __init__(self, settings: NatsSettings) -> None:
        self.name = settings.NATS_CLUSTER_ID
        self.dead_letters = dead_letters(self.name)
        self._use(Client())
        self.ready = asyncio.Event()  # connected once, and both streams were there
        self._settings = settings

    async def connect(self) -> None:
        """Connect and make sure of the streams, for as long as that takes."""
        while True:
            try:
                await self._open()
                break
            except RuntimeError as error:  # uvloop's, of a connection reset during the handshake
                logger.warning("connecting anew", extra={"reason": reason(error)})
                await asyncio.sleep(RECONNECT_WAIT)
                self._use(Client())  # what is left of the other one can't be used again
        delay = 0.1
        while not self.ready.is_set():
            try:
                await self.ensure()
                self.ready.set()
            except (NatsError, BrokerUnavailableError) as error:
                logger.warning("waiting for JetStream", extra={"reason": reason(error)})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)

    def _use(self, client: Client) -> None:
        self.client = client
        self.jetstream = JetStream(client, timeout=REQUEST_TIMEOUT)
        self._confirms = Confirms(client)

    async def _open(self) -> None:
        await self.client.connect(
            self._settings.NATS_URL,
            name=self._settings.NATS_CLIENT_ID,
            user=self._settings.NATS_USER,
            password=self._settings.NATS_PASSWORD,
            inbox_prefix=inbox_prefix(self._settings.NATS_USER),
            max_reconnect_attempts=-1,  # the default gives up for good after 60
            reconnect_time_wait=RECONNECT_WAIT,  # type: ignore[arg-type]  # any number will do
            connect_timeout=2,
            ping_interval=5,  # a frozen server is noticed after two of these
            max_outstanding_pings=2,
            error_cb=_log_error,
            disconnected_cb=_log("disconnected from NATS"),
            reconnected_cb=_log("connected to NATS again"),
        )
        await self._confirms.open()

    async def ensure(self) -> None:
        """Create what streams are missing, and raise what is set lower than ours.

        Raises `NotFoundError` where one is missing and this user may not create it.
        """
        keeps = may_keep_streams(self._settings.NATS_USER)
        for wanted in streams(self.name, self.dead_letters, self._settings.NATS_REPLICAS):
            await ensure(self.jetstream, wanted, keeps)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str]) -> None:
        """Return once JetStream has stored it; raise `BrokerUnavailableError` if unsure.

        It may have been, or may yet be, stored all the same.
        """
        [error] = await self.publish_all([(subject, data, headers)])
        if error:
            raise BrokerUnavailableError from error

    async def publish_all(self, publications: Sequence[Publication]) -> list[Outcome]:
        """What became of each: None once JetStream has stored it, an exception where unsure."""
        return await self._confirms.publish(publications)

    @property
    def stored(self) -> tuple[Stored, ...]:
        """The last message of this process that JetStream said it has, as of each connection since
        it was compared; the present one's is the last."""
        return self._confirms.stored(self.name)

    def forget_stored(self, but: int = 0) -> None:
        """What the stream has lost since is known, and being made up for; or all of it was there,
        as of all connections but so many."""
        self._confirms.forget(self.name, but)

    async def info(self) -> StreamInfo:
        """Raise `BrokerUnavailableError` where the stream does not answer."""
        if not self.ready.is_set():
            raise BrokerUnavailableError
        try:
            return await self.jetstream.stream_info(self.name)
        except NotFoundError as error:  # until a consumer, or the next start, makes it again
            raise BrokerUnavailableError from error

    async def subscribe(self, subject: str, on_message: OnMessage, queue: str = "") -> Subscription:
        """Raise `BrokerUnavailableError` where the connection is not there."""
        with answering():
            return await self.client.subscribe(subject, queue=queue, cb=on_message)

    async def ask(self, subject: str, question: bytes, inbox: str) -> None:
        """Publish a question whose answers go to an inbox; raise as `subscribe` does."""
        with answering():
            await self.client.publish(subject, question, reply=inbox)

    async def request(self, subject: str, question: bytes) -> bytes:
        """Another service's answer; raise as `subscribe` does, and where nobody answers."""
        with answering():
            return (await self.client.request(subject, question, timeout=REQUEST_TIMEOUT)).data

    async def answer(self, question: Msg, answer: bytes) -> None:
        with answering():
            await question.respond(answer)

    async def ping(self) -> None:
        """Raise `BrokerUnavailableError` unless the stream answers."""
        if not self.client.is_connected:
            raise BrokerUnavailableError
        await self.info()

    @property
    def refusal(self) -> str | None:
        """Why NATS does not let this user in, or do what was last tried; None where it does."""
        error = self.client.last_error
        return reason(error) if error and _is_refusal(error) else None

    @property
    def closed(self) -> bool:
        """Whether the connection is closed for good: only a restart helps."""
        return self.ready.is_set() and self.client.is_closed

    async def close(self) -> None:
        """Send what is still buffered, for a second at most, and hang up."""
        for step in (self._flush, self.client.close):
            try:
                with answering():
                    await step()
            except BrokerUnavailableError as error:
                logger.warning("NATS did not take the last words", extra={"reason": reason(error)})

    async def _flush(self) -> None:
        if self.client.is_connected:
            await self.client.flush(timeout=1)


async def _log_error(error: Exception) -> None:
    if _is_refusal(error):
        logger.error("NATS refuses this user", extra={"reason": reason(error)})
    else:
        logger.warning("NATS connection", extra={"reason": reason(error)})


def _is_refusal(error: Exception) -> bool:
    """Whether it is of who we are, or what we may do: nats-py knows it by its text only."""
    return "violation" in str(error).lower()


def _log(message: str):  # type: ignore[no-untyped-def]
    async def callback() -> None:
        logger.warning(message)

    return callback
