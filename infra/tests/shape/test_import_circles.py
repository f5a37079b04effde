"""Whoever reads a module reads what it imports first; so there is a first one to read."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from infra.tests.shape.folders import ROOT, SOURCES, TESTS


def modules(folder: Path) -> dict[str, str]:
    """The source of each module below the folder, by the name it is imported by."""
    found, top = {}, ROOT if folder in TESTS else folder
    for file in folder.rglob("*.py"):
        parts = file.relative_to(top).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = file.read_text()
    return found


def imported(name: str, sources: Mapping[str, str]) -> Iterator[str]:
    """Which of the modules one imports anywhere: in functions, and only for types, too."""
    for node in ast.walk(ast.parse(sources[name])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in sources)
        elif isinstance(node, ast.ImportFrom):
            modules = (f"{node.module}.{alias.name}" for alias in node.names)
            found = (each if each in sources else f"{node.module}" for each in modules)
            yield from (each for each in found if each in sources)


def circle(sources: Mapping[str, str]) -> Iterable[str]:
    """Modules of which each is imported by the next, the first one being the last one too."""
    imports = {name: set(imported(name, sources)) for name in sources}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return ()


def test_no_modules_import_each_other() -> None:
    """Not even for types only, and tests no more than sources."""
    folders = map(modules, (*SOURCES, *TESTS))
    sources = {name: source for found in folders for name, source in found.items()}
    assert len(sources) > 500

    found = circle(sources)

    assert not found


def test_a_circle_is_found() -> None:
    """In functions and for types, too; but a package may import its own modules."""
    two = {"a": "", "a.b": "from a import c", "a.c": "import a.b"}
    types = {"a": "if TYPE_CHECKING:\n    from b import B", "b": "def f():\n    import a"}

    assert set(circle(two)) == {"a.b", "a.c"}
    assert set(circle(types)) == {"a", "b"}
    assert set(circle({"a.b": "from a import c", "a.c": "from a import b"})) == {"a.b", "a.c"}
    assert not circle({"a": "from a.b import B", "a.b": "import os", "c": "from a import B"})
