"""Every service's real application, on a database in memory, without its lifespan."""

from importlib import import_module
from typing import Any

from fastapi import FastAPI

from ticketing_common.testing.in_memory import in_memory_database
from ticketing_common.testing.plugin import prepare
from ticketing_common.testing.sessions import JWT_KEY

ENVIRONMENT = {
    "JWT_KEY": JWT_KEY,
    "MONGO_URI": "mongodb://unused/unused",
    "NATS_URL": "nats://unused",
    "NATS_CLUSTER_ID": "test",
    "NATS_CLIENT_ID": "test",
    "REDIS_HOST": "unused",
    "STRIPE_KEY": "sk_test_unused",
    "STRIPE_API_BASE": "http://unused",
    # Hashing at next to no cost.
    "SCRYPT_N": "2",
    "SCRYPT_R": "1",
    "SCRYPT_P": "1",
    # A test is no flood.
    "RATE_LIMIT_SIGNIN": "0",
    "RATE_LIMIT_SIGNIN_EMAIL": "0",
    "RATE_LIMIT_ORDERS": "0",
    "RATE_LIMIT_TICKETS": "0",
    "MAX_OPEN_ORDERS": "0",
    "MAX_DECLINES_PER_ORDER": "0",
    "MAX_DECLINES_PER_HOUR": "0",
}
LISTENING = ("tickets", "orders", "payments", "expiration")
WITH_API = ("auth", "tickets", "orders", "payments")


async def wired(service: str, **variables: str) -> FastAPI:
    """Its `create_app` with these environment variables; its indexes are in place."""
    settings = import_module(f"ticketing_{service}.config").Settings
    create_app: Any = import_module(f"ticketing_{service}.app").create_app
    configured = settings.from_environment(ENVIRONMENT | variables)
    databases = [in_memory_database()] if service != "expiration" else []
    app: FastAPI = create_app(configured, *databases)
    await prepare(app)
    return app
