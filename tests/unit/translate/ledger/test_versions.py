"""What one version of the operator writes, another reads: older, newer, or not at all."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.translate.accepted import Revision, revision_of
from ampacity.translate.ledger.codec import LedgerUnreadable, decode_ledger
from ampacity.translate.pods.reservation import decode
from ampacity.translate.records import Reservation

LOAD = Load(8_000_000, 1_500_000, 6_500_000)
REQUESTS = Resources(96_000, 2**40, 0, 1, (("nvidia.com/gpu", 8),))
LEDGER = Ledger(
    epoch=7,
    sequence=42,
    writer="operator-0_ab12",
    fence=(
        FenceEntry(
            uid="4d2c", name="serve/web-0", resource_version="981", node="n1", site="hall", rack="r1",
            profile="h200", units=8, load=LOAD, requests=REQUESTS, generation=3,
            controller="Deployment/serve/web", epoch=7, hold="web/1",
        ),
    ),
    holds=(
        Hold("web/2", "Deployment/serve/web", "n2", "hall", "r1", "h200", 8, LOAD, REQUESTS, 1_790_000_000),
    ),
)  # fmt: skip
# As 0.1.0 wrote them. They are in clusters: do not correct these texts, read them.
WRITTEN = (
    '{"format":1,"epoch":7,"sequence":42,"writer":"operator-0_ab12","fence":[["4d2c","serve/web-0","981",3,7,'
    '"web/1",[0,1,2,3,4,5,6,8]]],"holds":[["web/2",1790000000,[7,1,2,3,4,5,6,8]]],"table":["n1","hall","r1",'
    '"h200","Deployment/serve/web",[8000000,1500000,6500000],[96000,1099511627776,0,1,[["nvidia.com/gpu",8]]],'
    '"n2"]}'
)
PROMISED = (
    '{"site":"hall","rack":"r1","node":"n1","profile":"h200","power":8000000,"air":1500000,"liquid":6500000,'
    '"generation":3,"fence":"7.42"}'
)
PLACE = Reservation("hall", "r1", "n1", "h200", LOAD, 3)
NOVELTIES: tuple[Any, ...] = ("text", 7, None, -1.5, [1], {"a": {"b": []}})


def test_a_ledger_of_an_older_version() -> None:
    assert decode_ledger(WRITTEN) == LEDGER


@pytest.mark.parametrize("novelty", NOVELTIES)
def test_what_a_newer_version_adds_to_the_ledger_is_passed_over(novelty: Any) -> None:
    for text in _extended(json.loads(WRITTEN), novelty):
        assert decode_ledger(text) == LEDGER


@pytest.mark.parametrize("stated", [2, 0, "1", None, [1]])
def test_a_ledger_of_another_format_is_not_read(stated: Any) -> None:
    """Nothing in it may be overlooked; the text names both formats and what to do."""
    text = json.dumps({**json.loads(WRITTEN), "format": stated})
    with pytest.raises(LedgerUnreadable, match=r"this version reads 1.*run the version that wrote it"):
        decode_ledger(text)


def test_a_reservation_of_an_older_version() -> None:
    assert decode(PROMISED) == PLACE


@pytest.mark.parametrize("novelty", NOVELTIES)
def test_what_a_newer_version_adds_to_a_reservation_is_passed_over(novelty: Any) -> None:
    assert decode(json.dumps({"novelty": novelty, **json.loads(PROMISED)})) == PLACE


OWNER = {"apiVersion": "ampacity.io/v1alpha1", "kind": "SitePowerEnvelope", "name": "hall", "uid": "77aa"}
RECORD: dict[str, Any] = {
    "metadata": {"labels": {"ampacity.io/accepted": "SitePowerEnvelope"}, "ownerReferences": [OWNER]},
    "data": {"spec": {"tier": "Edge"}},
    "revision": 3,
}


@pytest.mark.parametrize("more", [{}, {"name": "hall", "uid": "77aa"}, {"novelty": [1]}])
def test_an_accepted_generation_of_another_version(more: dict[str, Any]) -> None:
    record = RECORD | {"data": {**RECORD["data"], **more}}
    assert revision_of(record) == Revision("SitePowerEnvelope", "hall", "77aa", 3, {"tier": "Edge"})


def _extended(fields: dict[str, Any], novelty: Any) -> Iterator[str]:
    """The ledger with one thing more at every place where a version may append."""
    yield json.dumps({**fields, "novelty": novelty})
    yield json.dumps({**fields, "table": [*fields["table"], novelty]})
    for part in ("fence", "holds"):
        longer, deeper = deepcopy(fields), deepcopy(fields)
        longer[part][0].append(novelty)
        deeper[part][0][-1].append(novelty)
        yield from (json.dumps(longer), json.dumps(deeper))
    sizes = deepcopy(fields)
    sizes["table"][6].append(novelty)
    yield json.dumps(sizes)
