"""What services are told on a laptop."""

import pytest

from ticketing_local.services import Addresses, replica_set, variables

ADDRESSES = Addresses(
    mongo={"payments": 20001}, nats=20002, redis=20003, inside=20004, stripe=20005
)
URI = "mongodb://payments-mongo-srv:27017/payments?replicaSet=rs7&w=majority&journal=true"
THREE = "mongodb://user:secret@a:27017,b:27017,c:27017/payments?replicaSet=rs7&w=majority"


def local(
    service: str, declared: dict[str, str], addresses: Addresses = ADDRESSES, key: str | None = None
) -> dict[str, str]:
    return variables(service, declared, addresses, 30, key)


@pytest.mark.parametrize("uri", [URI, THREE])
def test_a_database_moves_and_keeps_its_guarantees(uri: str) -> None:
    """Only the address of a MongoDB changes."""
    told = local("payments", {"MONGO_URI": uri})

    assert told["MONGO_URI"] == f"mongodb://127.0.0.1:20001/payments?{uri.partition('?')[2]}"
    assert replica_set(uri) == "rs7"


def test_addresses_are_this_machine_s() -> None:
    """Broker, Redis, API and order window are ours, all else is the manifest's."""
    told = local(
        "expiration",
        {
            "NATS_URL": "nats://nats-srv:4222",
            "NATS_CLUSTER_ID": "ticketing",
            "REDIS_HOST": "expiration-redis-srv",
            "EXPIRATION_WINDOW_SECONDS": "900",
            "API_URL": "http://ingress",
        },
    )

    assert told == {
        "NATS_URL": "nats://127.0.0.1:20002",
        "NATS_CLUSTER_ID": "ticketing",
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": "20003",
        "EXPIRATION_WINDOW_SECONDS": "30",
        "API_URL": "http://127.0.0.1:20004",
    }


def test_without_a_key_stripe_is_the_fake() -> None:
    """Who has a Stripe key is told where the fake is."""
    told = local("payments", {"STRIPE_KEY": "sk_test_local"})

    assert told["STRIPE_API_BASE"] == "http://127.0.0.1:20005"


def test_with_a_key_stripe_is_the_real_one() -> None:
    """Without a fake there is no other address than the library's own."""
    real = Addresses(mongo={}, nats=1, redis=1, inside=1, stripe=None)

    told = local("payments", {"STRIPE_KEY": "sk_live"}, real)

    assert "STRIPE_API_BASE" not in told


def test_the_publishable_key_is_for_the_pages_only() -> None:
    """Only the client is told it."""
    assert local("client", {}, key="pk_x")["STRIPE_PUBLISHABLE_KEY"] == "pk_x"
    assert local("tickets", {}, key="pk_x") == {}
