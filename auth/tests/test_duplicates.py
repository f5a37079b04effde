"""A database that no unique index can be built on."""

import os
import subprocess
import sys

from pymongo import MongoClient

from ticketing_common.testing.ports import free_port
from ticketing_common.testing.sessions import JWT_KEY


def test_the_service_stops_and_says_why(mongo_uri: str) -> None:
    """Two accounts under one e-mail: it does not wait for ever, as only a person can mend that."""
    uri = f"{mongo_uri}/test-auth-duplicates"
    with MongoClient[dict[str, str]](uri) as client:
        users = client.get_default_database()["users"]
        users.insert_many([{"email": "twice@test.com"}, {"email": "twice@test.com"}])
    variables = {"MONGO_URI": uri, "JWT_KEY": JWT_KEY, "PORT": str(free_port())}

    service = subprocess.run(
        [sys.executable, "-m", "ticketing_auth"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert service.returncode != 0
    assert "users, unique index on email: {'email': 'twice@test.com'} (2 times)" in service.stdout
