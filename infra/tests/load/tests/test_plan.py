from pathlib import Path

import pytest

from infra.tests.load.plan import Plan, parser
from infra.tests.versions import python_path


def plan(*argv: str) -> Plan:
    return Plan.of(parser().parse_args(argv))


def test_a_full_run_measures_all_but_the_soak() -> None:
    """Three rounds at every number of connections."""
    full = plan()

    assert full.sections == ("start", "paths", "saga", "asking", "open", "flash", "scale")
    assert (full.rounds, full.levels) == (3, (1, 32, 256))


def test_a_short_run_measures_the_paths_with_targets() -> None:
    """What CI has time for."""
    short = plan("--short")

    assert short.sections == ("paths", "saga")
    assert short.wants("new order")
    assert not short.wants("page /")


def test_the_level_with_the_targets_is_always_measured() -> None:
    """Multiples of a hello are of a hello there."""
    assert plan("--levels", "1").levels == (1, 32)


def test_replicas_are_for_sagas() -> None:
    """A path is one process's."""
    assert plan("--replicas", "2").sections == ("saga",)


def test_what_is_compared_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make bench COMPARE=main` is how one asks."""
    monkeypatch.setenv("COMPARE", "main")

    assert plan().compare == "main"
    assert plan().sections == ("paths", "saga", "asking", "open")


def test_another_version_is_the_sources_of_all_its_packages(tmp_path: Path) -> None:
    """They come before the installed ones."""
    for package in ("auth", "common", "infra/local"):
        (tmp_path / package / "src").mkdir(parents=True)

    found = python_path(tmp_path).split(":")

    assert found == [f"{tmp_path}/{name}/src" for name in ("auth", "common", "infra/local")]
