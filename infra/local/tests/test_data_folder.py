"""The data folder: whose it is, what it keeps, what it needs."""

import json
import os
import stat
from pathlib import Path

import pytest

from ticketing_common.events.rights import NAMES
from ticketing_local.data.files import make_folder, require_space, write_atomically
from ticketing_local.data.keys import FAKE_STRIPE_KEY, WEBHOOK_SECRET, known_secrets
from ticketing_local.data.lock import only_instance
from ticketing_local.problems import ProblemError


def test_the_session_key_is_kept_and_private(tmp_path: Path) -> None:
    """Sessions survive a restart, and nobody else can sign any."""
    path = tmp_path / "secrets.json"

    first, second = known_secrets(path, None), known_secrets(path, None)

    assert first == second
    assert len(first["jwt-secret", "JWT_KEY"]) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_older_version_s_folder_gets_the_keys_it_lacks(tmp_path: Path) -> None:
    """What it holds stays as it is, or everybody would have to sign in again."""
    path = tmp_path / "secrets.json"
    write_atomically(path, json.dumps({"JWT_KEY": "k" * 64}))

    first, second = known_secrets(path, None), known_secrets(path, None)

    assert first == second
    assert first["jwt-secret", "JWT_KEY"] == "k" * 64
    assert len(first["visitor-secret", "VISITOR_KEYS"]) == 64
    assert first["orders-nats-secret", "NATS_USER"] == "orders"
    made_up = {value for (_, key), value in first.items() if key.endswith("_PASSWORD")}
    # Each user has two, one of which its service knows; Redis has a client and an operator.
    assert len(made_up) == 2 * len(NAMES) + 2
    assert all(len(value) == 65 and value[0] == "p" for value in made_up)


def test_webhooks_are_signed_with_a_secret_of_the_folder(tmp_path: Path) -> None:
    """It is kept, as payments and the fake must agree; the real Stripe's is its owner's to give."""
    path = tmp_path / "secrets.json"

    first, second = known_secrets(path, None), known_secrets(path, None)

    assert first[WEBHOOK_SECRET] == second[WEBHOOK_SECRET]
    assert first[WEBHOOK_SECRET].startswith("whsec_")
    assert WEBHOOK_SECRET not in known_secrets(path, "sk_test_x")


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    """There is no key that others know."""
    keys = {known_secrets(tmp_path / name, None)["jwt-secret", "JWT_KEY"] for name in "ab"}

    assert len(keys) == 2


def test_the_stripe_key_is_the_given_one_or_the_fake_s(tmp_path: Path) -> None:
    """A real key is passed on and never written down."""
    path = tmp_path / "secrets.json"

    assert known_secrets(path, None)["stripe-secret", "STRIPE_KEY"] == FAKE_STRIPE_KEY
    assert known_secrets(path, "sk_live_x")["stripe-secret", "STRIPE_KEY"] == "sk_live_x"
    assert "sk_live_x" not in path.read_text()


def test_a_broken_file_of_secrets_is_not_replaced(tmp_path: Path) -> None:
    """It may hold a key that someone wants back, so one is asked."""
    path = tmp_path / "secrets.json"
    path.write_text("{}")

    with pytest.raises(ProblemError, match="delete it, and everyone signs in anew"):
        known_secrets(path, None)


def test_one_environment_a_folder(tmp_path: Path) -> None:
    """A second instance is told the pid of the first; once that is gone it may start."""
    with only_instance(tmp_path, os.getpid()):
        second = only_instance(tmp_path, 1)
        with pytest.raises(ProblemError, match=rf"already running .*\(pid {os.getpid()}\)"):
            second.__enter__()

    with only_instance(tmp_path, 2):
        assert (tmp_path / "lock").read_text() == "2\n"


def test_a_full_disk_is_told_before_the_start(tmp_path: Path) -> None:
    """How much is free and how much is needed."""
    with pytest.raises(ProblemError, match=r"is full: \d+ MB are free and 1000000000000 MB"):
        require_space(tmp_path, needed=10**18)

    require_space(tmp_path, needed=1)


def test_the_folder_is_its_owner_s(tmp_path: Path) -> None:
    """It holds keys and accounts."""
    folder = make_folder(tmp_path / "a" / "b")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_can_t_be_made_says_why(tmp_path: Path) -> None:
    """One sentence instead of a traceback."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ProblemError, match="can't be made: Not a directory"):
        make_folder(tmp_path / "file" / "data")


def test_a_file_appears_whole(tmp_path: Path) -> None:
    """A reader sees the old text or the new, and no part is left over."""
    path = tmp_path / "state.json"

    for number in (1, 2):
        write_atomically(path, json.dumps({"number": number}))

    assert json.loads(path.read_text()) == {"number": 2}
    assert list(tmp_path.iterdir()) == [path]
