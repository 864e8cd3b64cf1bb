"""Whatever people write becomes a site or problems, never both and never an exception."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.check import check
from ampacity.translate.sites.patterns import count, values
from ampacity.translate.sites.site import site_of
from tests.builders.resources import envelope, rack

FIELDS = ["name", "names", "type", "capacity", "rating", "units", "spare", "suppliers", "power", "share"]
FIELDS += ["breaker", "medium", "liquid", "air", "limit", "nodes", "baseLoad", "shelves", "nodeNames", "each"]
FIELDS += [
    "voltage",
    "current",
    "phases",
    "failureDomain",
    "state",
    "efficiency",
    "imbalance",
    "watts",
    "count",
]
TEXTS = [
    "",
    "ups",
    "meter",
    "room",
    "5kW",
    "60%",
    "2x5kW",
    "400V",
    "32A",
    "UPS",
    "Air",
    "r[1-3]",
    "{f}-x",
    "[3-1]",
]
scalars = (
    st.none() | st.booleans() | st.integers(-2, 10**6) | st.floats(allow_nan=False) | st.sampled_from(TEXTS)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
spec_fields = st.sampled_from(
    ["tier", "each", "domains", "cooling", "racks", "location", "keepRedundancy", "other"]
)


@settings(deadline=None)
@given(st.dictionaries(spec_fields, anything, max_size=3))
def test_garbage_becomes_problems(fields: dict[str, Any]) -> None:
    site, problems = site_of(envelope(**fields))
    assert (site is None) == bool(problems)
    assert all(problem.message and problem.remedy for problem in problems)
    assert site is None or check(site) == ()


@settings(deadline=None)
@given(anything)
def test_garbage_in_a_rack_becomes_problems(value: Any) -> None:
    for name in ("power", "liquid", "air", "nodes", "baseLoad", "names", "nodeNames"):
        site, problems = site_of(envelope(racks=[rack(**{name: value})]))
        assert (site is None) == bool(problems)


ranges = st.tuples(st.integers(0, 20), st.integers(0, 12)).map(lambda pair: f"{pair[0]:02d}-{sum(pair):02d}")


@settings(deadline=None)
@given(b=ranges, r=ranges, last=ranges)
def test_a_pattern_stands_for_as_many_racks_as_it_counts(b: str, r: str, last: str) -> None:
    pattern = f"h{{b}}-{{r}}-[{last}]"
    each = {"b": b, "r": r}
    site, problems = site_of(envelope(each=each, racks=[rack(pattern)]))
    assert site is not None, problems
    assert len(site.racks) == count(pattern, {name: values(text) for name, text in each.items()})
    assert len({part.name for part in site.racks}) == len(site.racks)
