"""Log lines: one JSON object a line for machines, or plain text for people.

Whatever a call passes as `extra={"ampacity": {...}}` becomes fields of the line.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

FIELDS = "ampacity"


def configure_logs(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (default: standard error)."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("kopf", "asyncio", "aiohttp"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    # It warns that it takes no signals in a thread; that is why it runs in one.
    logging.getLogger("kopf._core.reactor.running").setLevel(logging.ERROR)


def fields(**values: object) -> dict[str, dict[str, object]]:
    """`extra` of a log call: `log.info("cycle done", extra=fields(grants=3))`."""
    return {FIELDS: values}


class JsonLines(logging.Formatter):
    """Time (RFC 3339, UTC), level, logger, message, fields and, if any, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextLines(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it."""
        extra = " ".join(f"{k}={v}" for k, v in getattr(record, FIELDS, {}).items())
        text = f"{_time(record)} {record.levelname:<7} {record.getMessage()}{'  ' if extra else ''}{extra}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def _time(record: logging.LogRecord) -> str:
    stamp = datetime.fromtimestamp(record.created, UTC)
    return stamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")
