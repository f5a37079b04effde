"""Whoever reads a module reads what it imports first; so there is a first one to read."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from infra.tests.shape.folders import SOURCES, name_of


def modules(folder: Path) -> dict[str, str]:
    """The source of each module below the folder, by the name it is imported by."""
    found = {}
    for file in folder.rglob("*.py"):
        parts = file.relative_to(folder).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = file.read_text()
    return found


def imported(name: str, sources: Mapping[str, str]) -> Iterator[str]:
    """Which of the modules one imports anywhere: in functions, and only for types, too."""
    for node in ast.walk(ast.parse(sources[name])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in sources)
        elif isinstance(node, ast.ImportFrom) and (package := node.module or "") in sources:
            modules = [f"{package}.{alias.name}" for alias in node.names]
            yield from (each if each in sources else package for each in modules)


def circle(sources: Mapping[str, str]) -> Iterable[str]:
    """Modules of which each is imported by the next, the first one being the last one too."""
    imports = {name: set(imported(name, sources)) for name in sources}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return ()


@pytest.mark.parametrize("folder", SOURCES, ids=name_of)
def test_no_modules_import_each_other(folder: Path) -> None:
    """Not even for types only."""
    sources = modules(folder)
    assert len(sources) > 5

    assert not circle(sources)


def test_a_circle_is_found() -> None:
    """In functions and for types, too; but a package may import its own modules."""
    two = {"a": "", "a.b": "from a import c", "a.c": "import a.b"}
    types = {"a": "if TYPE_CHECKING:\n    from b import B", "b": "def f():\n    import a"}

    assert set(circle(two)) == {"a.b", "a.c"}
    assert set(circle(types)) == {"a", "b"}
    assert not circle({"a": "from a.b import B", "a.b": "import os", "c": "from a import B"})
