"""Who may say and hear what on NATS: the table that the servers' users are made of.

A service publishes its own events, has consumers of its own for what it listens to, asks those who
publish that to publish all of it again, and reads the answers to its own questions. Only `KEEPER`
makes and changes the streams: a stream's settings can rename one event into another. The operator,
who looks after dead letters, may do everything.
"""

from dataclasses import dataclass
from functools import cached_property

from ticketing_common.events.catalogue import Subjects, owner_of

STREAM = "ticketing"  # NATS_CLUSTER_ID wherever the servers have users
KEEPER = "orders"  # decides the orders' fate anyway
OPERATOR = "operator"
SECOND = "-2"  # each has two names, so that a password can be changed while the other one is in use


@dataclass(frozen=True)
class Rights:
    service: str
    publishes: tuple[Subjects, ...]
    hears: tuple[Subjects, ...]
    watches: bool = True  # the stream, by what it remembers of it in a database of its own

    @cached_property
    def queue_group(self) -> str:
        return f"{self.service}-service"

    @cached_property
    def durables(self) -> dict[str, Subjects]:
        """Its consumers' names, each with the one subject that it may be of."""
        return {
            name: subject
            for subject in self.hears
            for durable in [durable_name(self.queue_group, subject)]
            for name in (durable, replay_name(durable))
        }

    @cached_property
    def asks(self) -> set[str]:
        """The services that it asks to publish their state again."""
        owners = {owner for subject in self.hears if (owner := owner_of(subject))}
        return owners if self.watches else set()

    def publish(self) -> list[str]:
        """The NATS subjects it may publish to."""
        letters = dead_letters(STREAM)
        subjects = [*map(str, self.publishes), f"{letters}.{self.queue_group}"]
        verbs = ("INFO", "CREATE", "UPDATE") if self.service == KEEPER else ("INFO",)
        subjects += [
            f"$JS.API.STREAM.{verb}.{name}" for name in (STREAM, letters) for verb in verbs
        ]
        for durable, subject in self.durables.items():
            consumer = f"{STREAM}.{durable}"
            subjects.append(f"$JS.API.CONSUMER.CREATE.{consumer}.{subject}")
            subjects += [
                f"$JS.API.CONSUMER.{verb}.{consumer}" for verb in ("INFO", "DELETE", "MSG.NEXT")
            ]
            subjects.append(f"$JS.ACK.{consumer}.>")
        if self.watches:
            subjects.append(f"$JS.API.STREAM.MSG.GET.{STREAM}")
        subjects += [resync(STREAM, owner) for owner in sorted(self.asks)]
        # Not whatever an asker names as the place for the answer.
        askers = [each.service for each in RIGHTS if self.service in each.asks]
        return subjects + [f"{inbox_prefix(user)}.>" for name in askers for user in users(name)]

    def subscribe(self) -> list[str]:
        """The NATS subjects it may listen on: its own inboxes, and where it is asked."""
        inboxes = [f"{inbox_prefix(user)}.>" for user in users(self.service)]
        return [*inboxes, resync(STREAM, self.service)] if self.watches else inboxes


RIGHTS = (
    Rights(
        "tickets",
        publishes=(Subjects.TICKET_CREATED, Subjects.TICKET_UPDATED),
        hears=(Subjects.ORDER_CREATED, Subjects.ORDER_CANCELLED, Subjects.PAYMENT_CREATED),
    ),
    Rights(
        "orders",
        publishes=(Subjects.ORDER_CREATED, Subjects.ORDER_CANCELLED),
        hears=(
            Subjects.TICKET_CREATED,
            Subjects.TICKET_UPDATED,
            Subjects.EXPIRATION_COMPLETE,
            Subjects.PAYMENT_CREATED,
        ),
    ),
    Rights(
        "payments",
        publishes=(Subjects.PAYMENT_CREATED,),
        hears=(Subjects.ORDER_CREATED, Subjects.ORDER_CANCELLED),
    ),
    Rights(
        "expiration",
        publishes=(Subjects.EXPIRATION_COMPLETE,),
        hears=(Subjects.ORDER_CREATED,),
        watches=False,
    ),
)


NAMES = (*(rights.service for rights in RIGHTS), OPERATOR)


def users(name: str) -> tuple[str, str]:
    """The two names by which a service, or the operator, may sign in."""
    return name, name + SECOND


def password_variable(user: str) -> str:
    """The environment variable that tells the servers a user's password."""
    return f"{user.upper().replace('-', '_')}_PASSWORD"


def may_keep_streams(user: str | None) -> bool:
    """Whether a NATS user may make and change the streams; None is one without any rights asked."""
    return user is None or user.removesuffix(SECOND) in (KEEPER, OPERATOR)


def inbox_prefix(user: str | None) -> str:
    """Where answers to a user's questions go, and nobody else's."""
    return f"_INBOX.{user}" if user else "_INBOX"


def durable_name(queue_group: str, subject: str) -> str:
    return f"{queue_group}_{subject.replace(':', '-')}"


def replay_name(durable: str) -> str:
    """A listener's second consumer, see `fast_lane`."""
    return f"{durable}_replay"


def resync(stream: str, service: str) -> str:
    """Where a service is asked to publish its whole state again."""
    return f"{stream}.resync.{service}"


def dead_letters(stream: str) -> str:
    return f"{stream}-dead-letters"
