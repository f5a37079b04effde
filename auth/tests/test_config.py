"""The environment variables of the auth service."""

from pathlib import Path

import pytest

from ticketing_auth.config import Settings
from ticketing_auth.cpu_quota import available_cores
from ticketing_common.settings import SettingsError
from ticketing_common.testing.sessions import JWT_KEY


def test_everything_missing_is_named_at_once() -> None:
    """One message tells all that has to be set."""
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({})

    assert "MONGO_URI: must be set" in str(error.value)
    assert "JWT_KEY: must be set" in str(error.value)


@pytest.mark.parametrize("n", ["1000", "0", "-2", "16384.5", "much"])
def test_the_cost_is_a_power_of_two(n: str) -> None:
    """scrypt knows no other N."""
    with pytest.raises(SettingsError, match="SCRYPT_N"):
        Settings.from_environment(
            {"MONGO_URI": "mongodb://host/auth", "JWT_KEY": JWT_KEY, "SCRYPT_N": n}
        )


@pytest.mark.parametrize(("quota", "cores"), [("100000 100000", 1), ("50000 100000", 1)])
def test_a_containers_share_of_its_node(tmp_path: Path, quota: str, cores: int) -> None:
    """No more threads than its quota has cores, or memory would not do for them."""
    file = tmp_path / "cpu.max"
    file.write_text(quota)

    assert available_cores(file) == cores


@pytest.mark.parametrize("content", [None, "max 100000"])
def test_no_quota(tmp_path: Path, content: str | None) -> None:
    """Then all of them."""
    file = tmp_path / "cpu.max"
    if content:
        file.write_text(content)

    assert available_cores(file) >= 1
