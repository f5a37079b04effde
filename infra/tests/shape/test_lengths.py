"""A file is a page: it does one thing, which its name says."""

from pathlib import Path

import pytest

from infra.tests.shape.folders import SOURCES, TESTS, name_of

LONGEST = 200  # lines
WRITTEN = {".py", ".js", ".css", ".html"}


@pytest.mark.parametrize("folder", [*SOURCES, *TESTS], ids=name_of)
def test_no_file_is_longer_than_a_page(folder: Path) -> None:
    """Whatever it is written in, a test no less than what it tests."""
    files = [file for file in folder.rglob("*") if file.suffix in WRITTEN]
    lengths = {str(file): len(file.read_text().splitlines()) for file in files}

    assert lengths
    assert not {file: length for file, length in lengths.items() if length > LONGEST}
