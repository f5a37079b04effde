"""Events: what happened, the newest first (docs.stripe.com/api/events)."""

from fnmatch import fnmatchcase

from ticketing_stripe_fake import params
from ticketing_stripe_fake.api import lists
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.api.render_event import event
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.objects import Event


def retrieve(call: Call) -> Json:
    return event(call.named(Event, param="id"))


def list_all(call: Call) -> Json:
    asked = call.params
    if "type" in asked and "types" in asked:
        message = "You may only specify one of these parameters: type, types."
        raise StripeError(400, message, param="types")
    wanted = asked.get("types") or [asked.get("type", "*")]
    success = asked.get("delivery_success")

    def matches(found: Event) -> bool:
        if success is not None and found.pending == success:
            return False
        return any(fnmatchcase(found.type, each) for each in wanted)

    return lists.page(call, Event, event, "/v1/events", matches=matches)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/events",
        list_all,
        {
            **lists.PAGE,
            "type": params.string,
            "types": params.strings,
            "delivery_success": params.boolean,
        },
    ),
    Operation("GET", "/v1/events/{id}", retrieve),
)
