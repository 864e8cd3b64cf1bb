import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.cluster.holds import LARGEST
from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.translate.ledger.codec import LedgerUnreadable, decode_ledger, encode_ledger

NAMES = st.text(min_size=0, max_size=12)
FIGURES = st.integers(min_value=0, max_value=10**13)
LOADS = st.builds(Load, FIGURES, FIGURES, FIGURES)
REQUESTS = st.builds(
    Resources, FIGURES, FIGURES, FIGURES, FIGURES, st.lists(st.tuples(NAMES, FIGURES), max_size=2).map(tuple)
)
ENTRIES = st.builds(
    FenceEntry, NAMES, NAMES, NAMES, NAMES, NAMES, NAMES, NAMES, FIGURES, LOADS, REQUESTS, FIGURES, NAMES,
    FIGURES, NAMES,
)  # fmt: skip
HOLDS = st.builds(Hold, NAMES, NAMES, NAMES, NAMES, NAMES, NAMES, FIGURES, LOADS, REQUESTS, FIGURES)
LEDGERS = st.builds(
    Ledger,
    FIGURES,
    FIGURES,
    NAMES,
    st.lists(ENTRIES, max_size=4).map(tuple),
    st.lists(HOLDS, max_size=4).map(tuple),
)


@given(LEDGERS)
def test_what_is_written_is_read(ledger: Ledger) -> None:
    assert decode_ledger(encode_ledger(ledger)) == ledger


def entry(number: int) -> FenceEntry:
    """An entry with names as long as a large cluster has them."""
    return FenceEntry(
        uid=f"00000000-0000-0000-0000-{number:012}",
        name=f"a-rather-long-namespace-name/a-rather-long-deployment-name-of-a-pool-{number:06}",
        resource_version=str(10**9 + number),
        node=f"ip-10-100-200-{number % 997:03}.eu-central-1.compute.internal",
        site="eu-central-1-hall-4",
        rack=f"h07-3-{number % 251:03}",
        profile="hgx-h200-liquid",
        units=8,
        load=Load(8_000_000, 1_500_000, 6_500_000),
        requests=Resources(96_000, 2**40, 0, 1, (("nvidia.com/gpu", 8), ("rdma/hca", 8))),
        generation=12,
        controller=f"Deployment/a-rather-long-namespace-name/a-rather-long-deployment-name-{number % 499:03}",
        epoch=7,
    )


def test_two_thousand_long_entries_fit_into_a_config_map() -> None:
    ledger = Ledger(1, 2, "writer", tuple(entry(number) for number in range(2000)))
    assert len(encode_ledger(ledger)) < LARGEST / 2


FIELDS = json.loads(encode_ledger(Ledger(1, 2, "w", (entry(1),), ())))


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{}", "[" * 100_000,
        json.dumps({**FIELDS, "format": 2}),
        json.dumps({**FIELDS, "epoch": "1"}),
        json.dumps({**FIELDS, "fence": [[1, 2, 3]]}),
        json.dumps({**FIELDS, "table": []}),
        json.dumps({key: value for key, value in FIELDS.items() if key != "holds"}),
    ],
)  # fmt: skip
def test_anything_else_is_an_error_never_an_empty_ledger(text: str) -> None:
    with pytest.raises(LedgerUnreadable, match="cannot be read"):
        decode_ledger(text)


def test_an_index_from_the_end_is_garbage() -> None:
    row = [*FIELDS["fence"][0][:-1], [-1, *FIELDS["fence"][0][-1][1:]]]
    with pytest.raises(LedgerUnreadable):
        decode_ledger(json.dumps({**FIELDS, "fence": [row]}))


def test_equal_ledgers_give_equal_text() -> None:
    ledger = Ledger(1, 2, "w", (entry(1), entry(2)))
    assert encode_ledger(ledger) == encode_ledger(replace(ledger))
