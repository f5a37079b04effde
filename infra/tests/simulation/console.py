"""What an operator does at the console once all is healed, with the code of the commands."""

from infra.tests.simulation.mongo.driver import SimulatedDatabase
from infra.tests.simulation.world import World
from infra.tests.wired import ENVIRONMENT
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.store import Database, Store
from ticketing_common.timing import Timing
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.reconciliation import Reconciliation

NATS = {
    "NATS_URL": "nats://nats:4222",
    "NATS_CLUSTER_ID": "ticketing",
    "NATS_CLIENT_ID": "operator",
}
HOUR = 3600  # seconds


async def replay_dead_letters() -> int:
    """All of them, the oldest first; return how many there were."""
    stream = Stream(NatsSettings.from_environment(NATS))
    await stream.connect()
    letters = DeadLetters(stream)
    numbers = [letter.number async for letter in letters.list()]
    for number in numbers:
        await letters.replay(number)
    await stream.close()
    return len(numbers)


async def reconcile(world: World) -> list[str]:
    """The differences that are left once the services had time to look."""
    database = Database(SimulatedDatabase(world.databases["payments"]))
    await database.prepare([Store(database, each) for each in (Order, Payment, Case)])
    books = StripeBooks(ENVIRONMENT["STRIPE_KEY"], ENVIRONMENT["STRIPE_API_BASE"])
    timing = Timing.of(world.window)
    reconciliation = Reconciliation.over(database, books, timing)
    report = await reconciliation.run(HOUR)
    await books.close()
    return [
        f"{each.kind} {each.charge_id} {each.order_id} {each.said}" for each in report.differences
    ]
