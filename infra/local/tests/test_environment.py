"""What a command is told that acts on behalf of a service of the running environment."""

import json
from pathlib import Path

import pytest

from ticketing_common.settings import SettingsError
from ticketing_local.data.keys import known_secrets
from ticketing_local.environment import environment


def test_the_services_own_variables(tmp_path: Path) -> None:
    """The manifest's, with the addresses that the environment has on this machine."""
    ports = {"orders-mongo": 20001, "nats": 20002, "expiration-redis": 20003}
    processes = [{"name": name, "port": port} for name, port in ports.items()]
    (tmp_path / "state.json").write_text(json.dumps({"processes": processes}))
    (tmp_path / "secrets.json").write_text(json.dumps({"JWT_KEY": "k" * 64}))

    variables = environment("orders", str(tmp_path))

    assert variables["MONGO_URI"].startswith("mongodb://127.0.0.1:20001/orders?")
    assert variables["NATS_URL"] == "nats://127.0.0.1:20002"
    assert variables["NATS_CLUSTER_ID"] == "ticketing"
    assert variables["JWT_KEY"] == "k" * 64


def test_a_command_is_the_operator_s(tmp_path: Path) -> None:
    """Whoever owns the data folder may do everything on its NATS."""
    ports = {"nats": 20002, "expiration-redis": 20003}
    processes = [{"name": name, "port": port} for name, port in ports.items()]
    (tmp_path / "state.json").write_text(json.dumps({"processes": processes}))
    known = known_secrets(tmp_path / "secrets.json", None)

    variables = environment("expiration", str(tmp_path))

    assert variables["NATS_USER"] == "operator"
    assert variables["NATS_PASSWORD"] == known["operator-nats-secret", "NATS_PASSWORD"]


@pytest.mark.parametrize("state", [None, "", "{}", '{"processes": []}'])
def test_nothing_runs_there(tmp_path: Path, state: str | None) -> None:
    """One sentence that names the folder, and nothing is made in it."""
    if state is not None:
        (tmp_path / "state.json").write_text(state)
    before = list(tmp_path.iterdir())

    with pytest.raises(SettingsError, match=str(tmp_path)):
        environment("orders", str(tmp_path))

    assert list(tmp_path.iterdir()) == before
