"""An endpoint: where it is, what it accepts, and what it does with a call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from ticketing_stripe_fake import params
from ticketing_stripe_fake.errors import no_such
from ticketing_stripe_fake.forms import Form
from ticketing_stripe_fake.ledger import Transaction
from ticketing_stripe_fake.objects import NAMES, StripeObject

Json: TypeAlias = dict[str, Any]
T = TypeVar("T", bound=StripeObject)


@dataclass(frozen=True, slots=True)
class Call:
    transaction: Transaction
    params: params.Params
    id: str
    """The object the URL names, or nothing."""
    base_url: str
    """Where the caller reached this server."""
    key: str | None = None
    """The call's idempotency key."""
    livemode: bool = False
    """Whether it came with a key of live mode, which no money moves under here either."""

    @property
    def now(self) -> int:
        return self.transaction.ledger.now()

    def named(self, kind: type[T], *, param: str) -> T:
        """The object the URL names. Raises StripeError 404."""
        found = self.transaction.get(kind, self.id)
        if found is None:
            raise no_such(NAMES[kind], self.id, param=param, status=404)
        return found


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    run: Callable[[Call], Json]
    """Executes without awaiting: endpoints never interleave."""
    accepts: params.Fields = field(default_factory=dict)
    requires: tuple[str, ...] = ()

    def read(self, form: Form) -> params.Params:
        """Raises StripeError 400 before the endpoint begins."""
        return params.read(form, {**self.accepts, "expand": params.strings}, required=self.requires)
