"""The mechanisms of the chaos harness's table, and those that only worlds by the thousand need."""

from dataclasses import dataclass

from infra.tests.chaos.sensitivity.mechanisms import MECHANISMS
from infra.tests.simulation.world import CALM

# What a mechanism is there for, where that is rare: the worlds in which it is taken out have more
# of it than others. The rest is noticed in worlds as they come.
FAVOURED = {
    "looks_at_the_end": CALM,
    "gaps": "outgrow_stream",
    "majority_reads": "fail_over",
    "marks_of_messages": "move_stream_back",
    "outbox": "restart_nats",
    "own_refusals": "refuse_news",
    "stored_messages": "move_stream_back",
    "stored_of_each_connection": "move_stream_back",
    "watched_refunds": "trouble_stripe",
    "webhook_signature": "trouble_stripe",
}


EVERYBODY = "tickets", "orders", "payments"


@dataclass(frozen=True, slots=True)
class Removal:
    """`key` is the function that takes the mechanism out of the services, in
    `without_<the first one>`."""

    name: str
    services: tuple[str, ...]
    key: str

    @property
    def place(self) -> str:
        return f"{self.services[0]}.{self.key}"

    @property
    def favoured(self) -> str:
        return FAVOURED.get(self.key, "")


REMOVALS = (
    *(Removal(each.name, each.services, each.key) for each in MECHANISMS),
    Removal(
        "an authentication is looked for until its deadline", ("payments",), "looks_at_the_end"
    ),
    Removal("a batch answers each caller with their own", ("tickets",), "own_answers"),
    Removal("a read begins after it was asked for", ("tickets",), "fresh_reads"),
    # Bugs that worlds have found: see the README.
    Removal("what was told to be stored is looked for", EVERYBODY, "stored_messages"),
    Removal(
        "of each connection what was told last is remembered",
        EVERYBODY,
        "stored_of_each_connection",
    ),
)
