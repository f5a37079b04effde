"""The environment is read once, and everything wrong with it is said at once."""

import pytest

from ticketing_common.settings import (
    MongoSettings,
    NatsSettings,
    SessionSettings,
    SettingsError,
)


class Settings(MongoSettings, NatsSettings, SessionSettings): ...


COMPLETE = {
    "JWT_KEY": "k" * 32,
    "MONGO_URI": "mongodb://tickets-mongo-srv:27017/tickets",
    "NATS_URL": "nats://nats-srv:4222",
    "NATS_CLUSTER_ID": "ticketing",
    "NATS_CLIENT_ID": "tickets-depl-0",
}


def test_complete() -> None:
    """The seed's variables are enough; the rest has defaults."""
    settings = Settings.from_environment(COMPLETE)

    assert (settings.PORT, settings.NATS_URL) == (3000, "nats://nats-srv:4222")


def test_everything_missing_is_named() -> None:
    """One message names every missing variable."""
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({})

    for name in COMPLETE:
        assert f"{name}: must be set" in str(error.value)


def test_an_empty_variable_is_missing() -> None:
    """An empty secret is no secret."""
    with pytest.raises(SettingsError, match="JWT_KEY: must be set"):
        Settings.from_environment({**COMPLETE, "JWT_KEY": ""})


def test_weak_and_wrong_values_are_named_without_being_shown() -> None:
    """A weak key, a bad port and a URI without a database are told, the key itself is not."""
    wrong = {"JWT_KEY": "hunter2", "PORT": "70000", "MONGO_URI": "mongodb://nowhere"}

    with pytest.raises(SettingsError) as error:
        Settings.from_environment({**COMPLETE, **wrong})

    message = str(error.value)
    assert "JWT_KEY: must be at least 32 bytes" in message
    assert "PORT:" in message
    assert "MONGO_URI:" in message
    assert "hunter2" not in message
    assert "hunter2" not in repr(error.value.__cause__)


def test_secrets_are_not_in_the_repr() -> None:
    """A logged settings object tells no secrets."""
    shown = repr(Settings.from_environment(COMPLETE))

    assert "k" * 32 not in shown
    assert "mongodb://" not in shown
