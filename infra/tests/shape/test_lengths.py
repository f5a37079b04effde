"""A file is a page: it does one thing, which its name says."""

from pathlib import Path

import pytest

from infra.tests.shape.test_import_circles import ROOT, SOURCES

LONGEST = 200  # lines
WRITTEN = {".py", ".js", ".css", ".html"}


@pytest.mark.parametrize("folder", SOURCES, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_no_source_is_longer_than_a_page(folder: Path) -> None:
    """Whatever it is written in."""
    files = [file for file in folder.rglob("*") if file.suffix in WRITTEN]
    lengths = {str(file): len(file.read_text().splitlines()) for file in files}

    assert lengths
    assert not {file: length for file, length in lengths.items() if length > LONGEST}
