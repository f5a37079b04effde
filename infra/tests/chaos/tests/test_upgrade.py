"""Starting each replica in the version that is meant."""

import os
import subprocess
import sys
from pathlib import Path

from infra.tests.chaos.differences import changed
from infra.tests.chaos.facts import Documents
from infra.tests.chaos.journal import JSON
from infra.tests.chaos.launch import REPLICA
from infra.tests.chaos.upgrade import Versions, hears_stripe, knows_passwords, knows_takedowns
from infra.tests.versions import ROOT, python_path


def test_a_swap_moves_the_older_version_to_the_other_replica(tmp_path: Path) -> None:
    """One replica runs the older version at any time, and each of them in turn."""
    # Given another version of the orders package, which one replica starts in
    older = tmp_path / "src"
    package = older / "ticketing_orders"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("print('older')")
    versions = Versions(tmp_path / "versions", str(older))
    before = [_says_older(versions, name) for name in ("orders-1", "orders-2")]

    # When the replicas exchange their versions
    restarted = versions.swap("orders")

    # Then it is the other one that starts in it
    assert restarted == ["orders-1", "orders-2"]
    assert before == [True, False]
    assert [_says_older(versions, name) for name in restarted] == [False, True]


def _says_older(versions: Versions, name: str) -> bool:
    """Without settings, this version's service exits at once, naming what is missing."""
    argv = [sys.executable, "-P", str(REPLICA), str(versions.folder), name, "ticketing_orders"]
    env = {"PATH": os.environ["PATH"]}
    ended = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60)
    return ended.stdout == "older\n"


def test_a_version_without_passwords_is_told_from_one_with_them(tmp_path: Path) -> None:
    """By its settings: servers let strangers in for the former alone."""
    package = tmp_path / "src" / "ticketing_common"
    package.mkdir(parents=True)
    (package / "settings.py").write_text("NATS_URL: str")

    assert not knows_passwords(f"{tmp_path / 'elsewhere'}:{package.parent}")
    assert knows_passwords(python_path(ROOT))


def test_a_version_without_webhooks_is_told_from_one_with_them(tmp_path: Path) -> None:
    """By its routes: beside the former, Stripe does nothing by itself."""
    (tmp_path / "src" / "ticketing_payments" / "routes").mkdir(parents=True)

    assert not hears_stripe(f"{tmp_path / 'elsewhere'}:{tmp_path / 'src'}")
    assert hears_stripe(python_path(ROOT))


def test_a_version_without_takedowns_is_told_from_one_with_them(tmp_path: Path) -> None:
    """By its routes: beside the former, what is told of listings gets lost."""
    (tmp_path / "src" / "ticketing_tickets" / "routes").mkdir(parents=True)

    assert not knows_takedowns(f"{tmp_path / 'elsewhere'}:{tmp_path / 'src'}")
    assert knows_takedowns(python_path(ROOT))


def test_a_replay_beside_an_older_version_may_bring_a_newer_listing() -> None:
    """One that only the older one had heard, and did not keep; nothing else becomes different."""
    before: dict[str, Documents] = {"tickets": {"1": {"version": 3, "listing": 2, "price": 20}}}
    newer = {"version": 3, "listing": 4, "withdrawn": True, "price": 20}

    assert changed(before, {"tickets": {"1": newer}}, gains=True) == []
    for other in ({**newer, "listing": 1}, {**newer, "price": 5}):
        assert len(changed(before, {"tickets": {"1": other}}, gains=True)) == 1


def test_a_replay_beside_an_older_version_only_adds() -> None:
    """A field that only the older one had heard; what was there stays as it was."""
    before: dict[str, Documents] = {"sales": {"1": {"version": 1, "order": "a"}}}
    added: dict[str, Documents] = {"sales": {"1": {"version": 2, "order": "a", "price": 20}}}
    others: list[JSON] = [
        {"version": 2, "order": "b", "price": 20},
        {"version": 2, "price": 20},
        {},
    ]

    assert changed(before, added, gains=True) == []
    unknown: dict[str, Documents] = {"sales": {"1": {"version": 1, "order": "a", "price": None}}}
    assert changed(unknown, added, gains=True) == []
    assert len(changed(before, added)) == 1
    for other in others:
        assert len(changed(before, {"sales": {"1": other}}, gains=True)) == 1
