"""The connection to NATS and the stream everything is told on."""

import asyncio
import logging
from collections.abc import Sequence

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError

from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.catalogue import Subjects
from ticketing_common.events.confirms import Confirms, Letter, Outcome
from ticketing_common.logs import reason
from ticketing_common.settings import NatsSettings

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT = 5.0  # seconds
RECONNECT_WAIT = 0.5  # seconds
DAY = 24 * 3600.0
MEBIBYTE = 2**20


class BrokerUnavailableError(ServiceUnavailableError):
    """NATS does not answer, or could not store a message in time."""


class Stream:
    """The marketplace's stream `NATS_CLUSTER_ID`, over one connection that never gives up.

    Kept for 30 days or 2 GiB, whichever is less. A second stream, `<name>-dead-letters`, keeps
    for 90 days what no listener could digest.
    """

    def __init__(self, settings: NatsSettings) -> None:
        self.name = settings.NATS_CLUSTER_ID
        self.dead_letters = f"{self.name}-dead-letters"
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
            except (NatsError, TimeoutError) as error:
                logger.warning("waiting for JetStream", extra={"reason": reason(error)})
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)

    def _use(self, client: Client) -> None:
        self.client = client
        self.jetstream: JetStreamContext = client.jetstream(timeout=REQUEST_TIMEOUT)
        self._confirms = Confirms(client)

    async def _open(self) -> None:
        await self.client.connect(
            self._settings.NATS_URL,
            name=self._settings.NATS_CLIENT_ID,
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
        """Create what streams are missing and bring their settings up to date."""
        await self._ensure(
            StreamConfig(
                name=self.name,
                subjects=[str(subject) for subject in Subjects],
                max_age=30 * DAY,
                max_bytes=2048 * MEBIBYTE,
                duplicate_window=120,
            )
        )
        await self._ensure(
            StreamConfig(
                name=self.dead_letters,
                subjects=[f"{self.dead_letters}.*"],
                max_age=90 * DAY,
                max_bytes=256 * MEBIBYTE,
                duplicate_window=120,
            )
        )

    async def _ensure(self, config: StreamConfig) -> None:
        config.retention = RetentionPolicy.LIMITS
        config.discard = DiscardPolicy.OLD
        config.storage = StorageType.FILE
        config.num_replicas = self._settings.NATS_REPLICAS
        try:
            await self.jetstream.update_stream(config)
        except NotFoundError:
            await self.jetstream.add_stream(config)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str]) -> None:
        """Return once JetStream has stored it; raise `BrokerUnavailableError` if unsure.

        It may have been, or may yet be, stored all the same.
        """
        [error] = await self.publish_all([(subject, data, headers)])
        if error:
            raise BrokerUnavailableError from error

    async def publish_all(self, letters: Sequence[Letter]) -> list[Outcome]:
        """What became of each: None once JetStream has stored it, an exception where unsure."""
        return await self._confirms.publish(letters)

    async def info(self) -> StreamInfo:
        """Raise `BrokerUnavailableError` where the stream does not answer."""
        if not self.ready.is_set():
            raise BrokerUnavailableError
        try:
            return await self.jetstream.stream_info(self.name)
        except (NatsError, TimeoutError) as error:
            raise BrokerUnavailableError from error

    async def ping(self) -> None:
        """Raise `BrokerUnavailableError` unless the stream answers."""
        if not self.client.is_connected:
            raise BrokerUnavailableError
        await self.info()

    @property
    def closed(self) -> bool:
        """Whether the connection is closed for good: only a restart helps."""
        return self.ready.is_set() and self.client.is_closed

    async def close(self) -> None:
        """Send what is still buffered, for a second at most, and hang up."""
        try:
            if self.client.is_connected:
                await self.client.flush(timeout=1)
        except (NatsError, TimeoutError) as error:
            logger.warning("NATS did not take the last words", extra={"reason": reason(error)})
        await self.client.close()


async def _log_error(error: Exception) -> None:
    logger.warning("NATS connection", extra={"reason": reason(error)})


def _log(message: str):  # type: ignore[no-untyped-def]
    async def callback() -> None:
        logger.warning(message)

    return callback
