"""Structured logs: one JSON object a line, with the request id that follows into events, and the
trace, where there is one."""

import logging
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from ticketing_common.request_ids import request_id
from ticketing_common.tracing import spans


class _Formatter(JsonFormatter):
    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        if current := request_id.get():
            log_data["request_id"] = current
        if trace := spans.trace_id():
            log_data["trace_id"] = trace


def configure_logs(service: str, level: str) -> None:
    """Send every logger's records to standard output as JSON lines that name the service."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        _Formatter(
            ["timestamp", "levelname", "name", "message"],
            timestamp=True,
            rename_fields={"levelname": "level", "name": "logger"},
            static_fields={"service": service},
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "stripe"):  # a line for every call of theirs
        logging.getLogger(chatty).setLevel("WARNING")


def reason(error: BaseException) -> str:
    """What lies behind an error, for a log line: the first of its causes, where it has any."""
    while error.__cause__:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"
