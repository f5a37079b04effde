"""Requests that wait behind another on one connection, each of which is somebody else's."""

import re
from collections.abc import Iterator

import pytest

from common.tests.serving import REQUEST, connect, serving
from common.tests.tracing.conftest import Told
from ticketing_common.tracing import spans

TRACEPARENT = re.compile(r"traceparent: 00-(\w+)-\w+-(\w+)")
CARRIED = REQUEST.replace(b"/healthz", b"/carried")


async def test_each_is_its_own_trace(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server begins one as the one before it ends; proxies pipeline those of many visitors."""
    sampled: Iterator[bool] = iter([True, False, True])
    monkeypatch.setattr(spans, "draws", lambda: next(sampled))
    async with serving() as (_, port, _):
        connection = await connect(port)
        connection.writer.write(CARRIED * 3)
        heads = [(await connection.answer()).decode() for _ in range(3)]
        connection.writer.close()

    carried = [TRACEPARENT.findall(head)[0] for head in heads]
    traces = [trace for trace, _ in carried]
    assert [flag for _, flag in carried] == ["01", "00", "01"]
    assert len(set(traces)) == 3
    assert [span["traceId"] for span in told()] == [traces[0], traces[2]]
    assert not any(span.get("parentSpanId") for span in told())
