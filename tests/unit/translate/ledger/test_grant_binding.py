"""A grant as a binding: everything in one write, on one version of one pod."""

from __future__ import annotations

import json

from ampacity import names
from ampacity.core.load import Load
from ampacity.core.plan import Grant
from ampacity.core.snapshot import Waiter
from ampacity.translate.ledger.grant_binding import grant_binding
from tests.builders.kube import pod


def test_node_reservation_and_preconditions() -> None:
    record = pod(gated=False, schedulerName=names.SCHEDULER, version=7)
    waiter = Waiter(record.uid, record.name, record.shape, resource_version="7")
    body = grant_binding(record, Grant(waiter, "n1", "par1", "r07", "h100", Load(5, 2, 3), 4), "1.9")
    metadata = body["metadata"]
    assert body["target"]["name"] == "n1"
    assert (metadata["uid"], metadata["resourceVersion"]) == (record.uid, "7")
    reservation = json.loads(metadata["annotations"][names.RESERVATION])
    assert (reservation["node"], reservation["power"], reservation["fence"]) == ("n1", 5, "1.9")
