"""Orders waiting in Redis for their time to be over: the only module that knows the library.

What has to be known of arq: it drops a job that raises anything but `Retry`, runs into the job's
timeout, was retried `max_tries` times or whose key has expired; its worker ends when Redis goes
away. A job is a key, and its id in a sorted set by the moment it is due.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from arq import Retry, Worker, func
from arq.connections import ArqRedis
from arq.constants import default_queue_name, job_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms, to_unix_ms
from redis.exceptions import RedisError

from ticketing_common.batch import Batch
from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.logs import reason
from ticketing_common.request_ids import id_of_message, request_id
from ticketing_common.tasks import end
from ticketing_common.tracing import spans

logger = logging.getLogger(__name__)

Expire = Callable[[str], Awaitable[None]]
Alarm = tuple[str, datetime, str | None]  # order, when, id of the request that led to it

JOB = "expire"
KEPT = timedelta(days=30)  # that long the stream keeps the order's news, too
POLL_INTERVAL = 0.25  # seconds
MAX_JOBS = 100  # at a time
ATTEMPT_TIMEOUT = 8.0  # seconds; more than publishing takes to give up
JOB_TIMEOUT = ATTEMPT_TIMEOUT + 2  # never reached
MAX_PAUSE = 15.0  # seconds between two attempts
MAX_TRIES = 2**31
REDIS_TIMEOUT = 2.0  # seconds, to connect as well as for one answer
MAX_BACKOFF = 2.0  # seconds between two attempts to reach Redis
STABLE = 10.0  # seconds after which a worker that fails is a new trouble

# A message's content can't cause any of these: whatever Redis objects to, it passes.
# (RuntimeError is uvloop's, where a connection was reset that is being written to.)
OUTAGES = (RedisError, OSError, RuntimeError)


class QueueUnavailableError(ServiceUnavailableError):
    """Redis does not answer, or can't store a job."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many jobs wait, those that are running included, and for when the first of them."""

    jobs: int
    oldest: datetime | None


class ExpirationQueue:
    """Calls `expire` with an order's id when its time is over, again and again until it succeeds.

    Replicas of the service share the queue: one of them runs each job, and another one if that
    one dies meanwhile. So `expire` may be called twice for one order.
    """

    def __init__(self, host: str, port: int, expire: Expire, password: str | None = None) -> None:
        logging.getLogger("arq").setLevel("WARNING")  # or it tells of every job twice
        self._expire = expire
        self._redis = ArqRedis(
            host=host,
            port=port,
            # Named, or a server that wants no password would refuse one.
            username="default" if password else None,
            password=password,
            socket_connect_timeout=REDIS_TIMEOUT,
            socket_timeout=REDIS_TIMEOUT,
        )
        self._alarms: Batch[Alarm, None] = Batch(self._schedule)

    async def schedule(self, order_id: str, at: datetime) -> None:
        """Return once Redis has it; an order that waits already is left as it is.

        Raises `QueueUnavailableError`.
        """
        await self._alarms.ask((order_id, at, request_id.get()))

    async def due_at(self, order_id: str) -> datetime | None:
        """When the order's job is due; None where there is none. Raises `QueueUnavailableError`."""
        with _outages():
            score = await self._redis.zscore(default_queue_name, f"{JOB}:{order_id}")
        return None if score is None else _moment(score)

    async def waiting(self) -> Waiting:
        """Raise `QueueUnavailableError` unless Redis answers."""
        with _outages():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.zcard(default_queue_name)
                pipe.zrange(default_queue_name, 0, 0, withscores=True)
                jobs, first = await pipe.execute()
        return Waiting(jobs, _moment(first[0][1]) if first else None)

    async def ping(self) -> None:
        """Raise `QueueUnavailableError` unless Redis answers."""
        with _outages():
            await self._redis.ping()

    async def run(self) -> None:
        """Run what is due for ever, whatever becomes of Redis."""
        clock = asyncio.get_running_loop().time
        delay = 0.1
        while True:
            began = clock()
            try:
                await self._work()
            except OUTAGES as error:
                logger.warning("waiting for Redis", extra={"reason": reason(error)})
            delay = 0.1 if clock() - began > STABLE else min(delay * 2, MAX_BACKOFF)
            await asyncio.sleep(delay)

    async def close(self) -> None:
        await self._redis.aclose()

    async def _schedule(self, alarms: Sequence[Alarm]) -> Sequence[None]:
        """What arq's own `enqueue_job` does in three round trips each: one for all."""
        with _outages():
            async with self._redis.pipeline(transaction=True) as pipe:
                for order_id, at, request in alarms:
                    id = f"{JOB}:{order_id}"
                    job = serialize_job(
                        JOB, (order_id, request), {}, None, timestamp_ms(), serializer=_serialize
                    )
                    pipe.set(job_key_prefix + id, job, nx=True, px=KEPT)
                    pipe.zadd(default_queue_name, {id: to_unix_ms(at)}, nx=True)
                await pipe.execute()
        return [None] * len(alarms)

    async def _work(self) -> None:
        job: Any = self._job  # arq's type of a job knows no named parameters
        worker = Worker(
            functions=[func(job, name=JOB, max_tries=MAX_TRIES, timeout=JOB_TIMEOUT)],
            redis_pool=self._redis,
            handle_signals=False,
            max_jobs=MAX_JOBS,
            poll_delay=POLL_INTERVAL,
            keep_result=0,
            job_serializer=_serialize,
            job_deserializer=orjson.loads,  # not arq's pickle, which runs what Redis holds
        )
        running = asyncio.create_task(worker.async_run())
        try:
            await asyncio.wait({running})
        finally:
            if not running.done():
                await end([running])
            await end(worker.tasks.values())  # arq puts jobs that are cancelled back
        running.result()  # raises what ended it

    async def _job(self, context: dict[str, Any], order_id: str, request: str | None) -> None:
        # What an older version scheduled may be anything.
        request_id.set(
            request and id_of_message(request)
        )  # arq runs each job in a task, and so in a context, of its own
        try:
            with spans.span("expire", "consumer"):
                async with asyncio.timeout(ATTEMPT_TIMEOUT):
                    await self._expire(order_id)
        except Exception as error:
            pause = min(0.25 * 2 ** min(context["job_try"], 10), MAX_PAUSE)
            logger.warning(
                "an order could not be expired yet",
                extra={"order": order_id, "delay": pause, "reason": reason(error)},
            )
            raise Retry(defer=pause) from error


def _moment(score: float) -> datetime:
    return datetime.fromtimestamp(score / 1000, UTC)


def _serialize(job: dict[str, Any]) -> bytes:
    return orjson.dumps(job, default=repr)


@contextmanager
def _outages() -> Iterator[None]:
    try:
        yield
    except OUTAGES as error:
        raise QueueUnavailableError from error
