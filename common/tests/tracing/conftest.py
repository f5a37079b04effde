"""Spans of this process, told to a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ticketing_common.tracing import spans

Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """`told()`: the spans that have ended so far, as OTLP has them."""
    monkeypatch.setattr(spans, "_exported", None)
    file = tmp_path / "traces" / "test.jsonl"
    spans.configure("test", {"TRACES_FILE": str(file)})

    yield lambda: told_in(file)
    if spans._exported:
        spans._exported.shutdown()


def told_in(file: Path) -> list[dict[str, Any]]:
    """All spans so far."""
    assert spans._exported is not None
    spans._exported.flush()
    return [
        span
        for line in file.read_text().splitlines()
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]
