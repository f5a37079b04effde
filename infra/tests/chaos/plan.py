"""What the harness tells the process that runs the stack, as a file in the data folder."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

PROXIED = ("auth-mongo", "tickets-mongo", "payments-mongo", "nats", "expiration-redis", "stripe")
SERVICES = ("auth", "tickets", "orders", "payments", "expiration")
MEMBERS = 3  # of the orders service's replica set
REPLICAS = 2  # of each service


@dataclass(frozen=True)
class Plan:
    """`proxies` are the ports that services are told instead of a store's own.

    `sabotage` is the folder that says what mechanism a service starts without; None starts them as
    they are shipped. `versions` is the folder that says in which version a replica starts; None is
    this one for all. `strangers` lets services in that know no password for NATS and Redis.
    `silent` is a Stripe that sends no webhooks.
    """

    window: int  # seconds
    port: int
    proxies: dict[str, int] = field(default_factory=dict)
    sabotage: str | None = None
    versions: str | None = None
    strangers: bool = False
    silent: bool = False

    def write(self, data: Path) -> None:
        (data / "plan.json").write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, data: Path) -> "Plan":
        return cls(**json.loads((data / "plan.json").read_text()))


def members() -> list[str]:
    """The processes of the orders service's replica set."""
    return [f"orders-mongo-{number + 1}" for number in range(MEMBERS)]
