"""When an order's time is over, and how many wait for that."""

from collections.abc import Mapping

from fastapi import FastAPI

from ticketing_common.reports.report import Part
from ticketing_common.reports.screen import moment
from ticketing_common.types import now
from ticketing_expiration.queues.expiration_queue import ExpirationQueue

LATE = 30.0  # seconds after its time in which a job surely runs


async def of_order(app: FastAPI, id: str, _: Mapping[str, str]) -> Part:
    queue: ExpirationQueue = app.state.queue
    due = await queue.due_at(id)
    if due is None:
        return Part(facts={"job": "none waits"})
    said = f"it looks at the order at {moment(due)}"
    return Part(facts={"job": f"waits for {moment(due)}"}, outstanding=[said])


async def of_service(app: FastAPI) -> Part:
    waiting = await app.state.queue.waiting()
    part = Part(facts={"jobs": str(waiting.jobs)})
    if waiting.oldest is not None:
        part.facts["next job"] = moment(waiting.oldest)
        late = (now() - waiting.oldest).total_seconds()
        if late > LATE:
            part.outstanding.append(f"its next job is {late:.0f} s late")
    return part
