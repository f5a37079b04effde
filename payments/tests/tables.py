"""The tables in docstrings, for tests that walk them cell by cell."""


def table(text: str | None, number: int = 0) -> dict[tuple[str, ...], dict[str, str]]:
    """The Markdown table of that number: by each row's leading cells, its cells by column.

    Leading are the columns whose title ends with " is".
    """
    blocks = _blocks(text or "")[number]
    titles, rows = blocks[0], blocks[2:]
    keys = sum(title.endswith(" is") for title in titles)
    return {tuple(row[:keys]): dict(zip(titles[keys:], row[keys:], strict=True)) for row in rows}


def _blocks(text: str) -> list[list[list[str]]]:
    blocks: list[list[list[str]]] = []
    before = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("|"):
            if not before.startswith("|"):
                blocks.append([])
            blocks[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        before = line
    return blocks
