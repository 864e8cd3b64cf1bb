"""What a log line looks like."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from ampacity.controllers.logs import configure_logs, fields


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    yield io.StringIO()
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def test_json_lines_carry_fields_and_the_traceback(stream: io.StringIO) -> None:
    configure_logs("info", "json", stream)
    try:
        raise ValueError("no power")
    except ValueError:
        logging.getLogger("ampacity.loop").exception("cycle %s failed", 7, extra=fields(site="par1"))
    line = json.loads(stream.getvalue())
    assert (line["level"], line["message"], line["site"]) == ("error", "cycle 7 failed", "par1")
    assert line["time"].endswith("Z") and "ValueError: no power" in line["traceback"]


def test_text_lines_are_for_people(stream: io.StringIO) -> None:
    configure_logs("info", "text", stream)
    logging.getLogger("ampacity").info("leading", extra=fields(epoch=3))
    assert stream.getvalue().rstrip().endswith("INFO    leading  epoch=3")


def test_kopf_keeps_quiet_unless_something_is_wrong(stream: io.StringIO) -> None:
    configure_logs("info", "text", stream)
    logging.getLogger("kopf.activities").info("noise")
    logging.getLogger("kopf.activities").warning("trouble")
    assert stream.getvalue().count("\n") == 1
