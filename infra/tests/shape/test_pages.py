"""The pages: their links lead somewhere, and names and output in them are those of the code."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.tests.shape.folders import ROOT, name_of
from ticketing_local.binaries import SERVERS
from ticketing_local.greeting import greeting
from ticketing_local.options import Options

TOUR = "TOUR.md"
FOLDERS = ("auth", "client", "common", "expiration", "infra", "orders", "payments", "tickets")
PAGES = sorted([*ROOT.glob("*.md"), *(page for f in FOLDERS for page in (ROOT / f).rglob("*.md"))])

LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
NAME = re.compile(r"`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)`")
FENCED = re.compile(r"^```.*?^```", re.S | re.M)
DEFINED = r"\b(?:macro|function|const|let|class)\s+{name}\b"  # in templates and scripts


class Link(NamedTuple):
    """`text` as it is written, `target` as a file or folder, `heading` in it or empty."""

    text: str
    target: Path
    heading: str


def links(page: Path) -> Iterator[Link]:
    """Those to what is ours."""
    for text, address in LINK.findall(FENCED.sub("", page.read_text())):
        if "://" not in address:
            path, _, heading = address.partition("#")
            yield Link(text, page.parent / path if path else page, heading)


def headings(page: Path) -> set[str]:
    """As GitHub makes addresses of them."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def defines(file: Path, name: str) -> bool:
    """Whether the file itself has that function, class or field, or `Class.name`."""
    if file.suffix == ".py":
        return name in set(_names(ast.parse(file.read_text()).body))
    return re.search(DEFINED.format(name=re.escape(name)), file.read_text()) is not None


def _names(body: Iterable[ast.stmt], within: str = "") -> Iterator[str]:
    for node in body:
        match node:
            case ast.ClassDef():
                yield node.name
                yield from _names(node.body, f"{node.name}.")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield within + node.name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield within + name
            case ast.Assign(targets=targets):
                yield from (within + each.id for each in targets if isinstance(each, ast.Name))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file or folder that is there, and to a heading that is in it."""
    for link in links(page):
        assert link.target.exists(), link
        assert not link.heading or link.heading in headings(link.target), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_name_that_is_a_link_is_defined_there(page: Path) -> None:
    """`[`Store.save`](store.py)`: the file behind it defines that."""
    for link in links(page):
        if (named := NAME.fullmatch(link.text)) and named[1] != link.target.name:
            assert defines(link.target, named[1]), link


def test_the_tour_names_what_it_leads_to() -> None:
    """Or there would be nothing that the test before this could find missing."""
    assert sum(NAME.fullmatch(link.text) is not None for link in links(ROOT / TOUR)) > 40


def test_the_tour_passes_each_service() -> None:
    """With a link into its sources."""
    passed = {link.target.relative_to(ROOT).parts[0] for link in links(ROOT / TOUR)}

    assert passed >= set(FOLDERS)


def test_the_readme_quotes_the_greeting() -> None:
    """To the letter, as `make run` prints it without any variables set."""
    options = Options(data=Path("/home/you/ticketing/.local"))
    lines = greeting(options, f"http://localhost:{options.port}", 4.6)

    quoted = "".join(f"    {line}\n" if line else "\n" for line in lines)

    assert quoted in (ROOT / "README.md").read_text()


def test_help_knows_every_variable() -> None:
    """Those the Makefile hands on or reads, those of `ticketing up` and those of our scripts."""
    makefile = (ROOT / "Makefile").read_text()
    own = set(re.findall(r"^([A-Z_]+) :?=", makefile, re.M))
    known = {*re.findall(r"\$\(([A-Z_]+)\)", makefile), *_exported(makefile)} - own
    known |= {server.variable for server in SERVERS}
    options = (ROOT / "infra/local/src/ticketing_local/options.py").read_text()
    known |= set(re.findall(r'default=default\("([A-Z_]+)"', options))
    for script in ("setup", "check", "tests/e2e/run"):
        known |= set(re.findall(r"\$\{([A-Z_]+):-", (ROOT / "infra" / script).read_text()))

    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    makes = {"CURDIR", "MAKE", "MAKEFILE_LIST"}
    assert known - set(re.findall(r"\b([A-Z_]+)=", told.stdout)) == makes


def _exported(makefile: str) -> list[str]:
    (names,) = re.findall(r"^export (.+)$", makefile, re.M)
    return str(names).split()
