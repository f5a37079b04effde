"""The table of rights says what the services do, and the servers' users are made of it."""

import inspect
import typing
from importlib import import_module

import pytest

from infra.nats_users import FILE, users_conf
from infra.tests.wired import LISTENING, wired
from ticketing_common.events.catalogue import Subjects
from ticketing_common.events.event import Event
from ticketing_common.events.rights import RIGHTS, STREAM
from ticketing_common.store.position import StreamPosition
from ticketing_local.manifests import Manifests


def published(service: str) -> set[str]:
    """The subjects of what its publishers return."""
    publishers = import_module(f"ticketing_{service}.events.publishers")
    own = [
        function
        for name, function in inspect.getmembers(publishers, inspect.isfunction)
        if function.__module__ == publishers.__name__ and not name.startswith("_")
    ]
    returned = [typing.get_type_hints(function)["return"] for function in own]
    events = {event for each in returned for event in (typing.get_args(each) or [each])}
    return {str(event.subject) for event in events - {Event, type(None)}}


@pytest.mark.parametrize("service", LISTENING)
async def test_a_service_may_do_what_it_is_wired_to_do_and_no_more(service: str) -> None:
    """Its publishers' events, its listeners' events and consumers, and its queue group."""
    (rights,) = [rights for rights in RIGHTS if rights.service == service]
    app = await wired(service)
    listeners = app.state.listeners

    assert published(service) == set(map(str, rights.publishes))
    assert {str(each.event.subject) for each in listeners} == set(map(str, rights.hears))
    assert {each.queue_group for each in listeners} == {rights.queue_group}
    assert {each.durable for each in listeners} <= set(rights.durables)
    assert rights.watches == any(store is StreamPosition for store in app.state.stores)


def test_every_event_has_one_service_that_tells_it() -> None:
    """No two may publish one subject, and none is nobody's."""
    told = sorted(subject for rights in RIGHTS for subject in rights.publishes)

    assert told == sorted(Subjects)
    assert sorted(rights.service for rights in RIGHTS) == sorted(LISTENING)


def test_the_servers_users_are_those_of_the_table() -> None:
    """Or else: `python -m infra.nats_users`."""
    assert FILE.read_text() == users_conf()


@pytest.mark.parametrize("service", LISTENING)
def test_the_manifests_name_the_stream_that_the_rights_are_of(service: str) -> None:
    """And each service's own user."""
    manifests = Manifests(FILE.parents[2])
    secret = f"{service}-nats-secret"
    secrets = {(secret, "NATS_USER"): service, (secret, "NATS_PASSWORD"): "p"}
    others = {
        ("jwt-secret", "JWT_KEY"): "",
        ("stripe-secret", "STRIPE_KEY"): "",
        ("expiration-redis-secret", "REDIS_PASSWORD"): "",
    }

    variables = manifests.environment(service, secrets | others, "a-pod")

    assert variables["NATS_CLUSTER_ID"] == STREAM
    assert (variables["NATS_USER"], variables["NATS_PASSWORD"]) == (service, "p")
