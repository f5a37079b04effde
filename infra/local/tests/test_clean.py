"""`make clean-data`: what is deleted, and what never."""

from pathlib import Path

import pytest

from ticketing_local.data.clean import clean
from ticketing_local.data.keys import known_secrets
from ticketing_local.data.lock import only_instance
from ticketing_local.problems import ProblemError


def never_asked(question: str) -> str:
    raise AssertionError(question)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as a start leaves it."""
    folder = tmp_path / "data"
    (folder / "mongo").mkdir(parents=True)
    known_secrets(folder / "secrets.json", None)
    return folder


@pytest.mark.parametrize(
    ("answer", "stays"), [("y", False), ("Yes\n", False), ("", True), ("n", True)]
)
def test_it_asks_first(data: Path, answer: str, stays: bool) -> None:
    """Only a yes deletes, and the question names the folder."""
    questions = []

    def ask(question: str) -> str:
        questions.append(question)
        return answer

    assert clean(data, ask) is not stays

    assert data.exists() is stays
    (question,) = questions
    assert str(data) in question


def test_a_folder_of_something_else_is_never_deleted(tmp_path: Path) -> None:
    """DATA may be mistyped, and name somebody's home."""
    (tmp_path / "letters").mkdir()

    with pytest.raises(ProblemError, match="no data folder of the marketplace"):
        clean(tmp_path, never_asked)

    assert (tmp_path / "letters").exists()


def test_a_running_marketplace_keeps_its_data(data: Path) -> None:
    """Who runs on it is told, and nothing is asked."""
    with only_instance(data, 1), pytest.raises(ProblemError, match="already running"):
        clean(data, never_asked)

    assert (data / "mongo").exists()


def test_where_there_is_none_that_is_said(tmp_path: Path) -> None:
    """Who mistyped it hears of that."""
    with pytest.raises(ProblemError, match="nothing to delete"):
        clean(tmp_path / "none", never_asked)
