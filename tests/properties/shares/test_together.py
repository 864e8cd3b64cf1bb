"""What racks can draw together: the same by rows and by the walk; and what is kept is really there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ampacity.audit.together import together
from ampacity.core.placement import plan
from ampacity.core.rows import RackContents, build
from ampacity.core.rows.evenly import capacity
from ampacity.core.site import Declared, Share, Site
from ampacity.core.snapshot import Snapshot
from ampacity.core.workload import Workload
from tests.builders.fleet import after, shape, snapshot, waiters
from tests.builders.power import domain, kw, rack, site
from tests.builders.random_sites import Loaded, loaded_sites
from tests.properties.placement.halls import fleets
from tests.properties.shares.oracle import everything_else

KEPT = (Share(Workload.TRAINING, 1),)
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WATT = 1000


@MANY
@given(loaded_sites())
def test_rows_never_promise_more_than_the_walk(loaded: Loaded) -> None:
    """Rows round up, and take losses at their worst: they may promise less."""
    by_rows, by_walk = _both(loaded)
    assert by_rows <= by_walk * 1.0001 + WATT


@MANY
@given(loaded_sites(efficiencies=(1_000_000,), cooling_power=0))
def test_without_losses_rows_and_walk_agree(loaded: Loaded) -> None:
    by_rows, by_walk = _both(loaded)
    assert abs(by_rows - by_walk) <= by_walk * 0.0001 + WATT


def _both(loaded: Loaded) -> tuple[int, float]:
    contents = {name: RackContents(needs_liquid=True) for name in loaded.needs_liquid}
    dry = {one.name for one in loaded.site.racks} - loaded.needs_liquid
    return build(replace(loaded.site, shares=KEPT), contents).together, together(loaded.site, dry)


@st.composite
def trees(pick: st.DrawFn) -> Site:
    """A meter over some boards over some racks, each with one supplier, all of them short."""
    boards = pick(st.integers(1, 3))
    domains = [domain("meter", f"{pick(st.integers(20, 120))}kW", "Utility")]
    domains += [domain(f"b{i}", f"{pick(st.integers(10, 60))}kW", by=["meter"]) for i in range(boards)]
    limit = st.none() | st.integers(5, 30).map(kw)
    racks = [rack(f"r{i}", by=[f"b{pick(st.integers(0, boards - 1))}"], limit=pick(limit))
             for i in range(pick(st.integers(2, 6)))]
    return site(domains, racks)


@st.composite
def full_trees(pick: st.DrawFn) -> Snapshot:
    """Everybody but training asks for all there is, of a tree that keeps something for training."""
    hall = pick(trees())
    most = build(replace(hall, shares=KEPT), {}).together
    kept = replace(hall, shares=(Share(Workload.TRAINING, pick(st.integers(0, most // WATT)) * WATT),))
    sizes = st.sampled_from([1, 2, 4])
    batch, inference = (shape(pick(sizes), workload=kind) for kind in (Workload.BATCH, Workload.INFERENCE))
    waiting = [*waiters(40, batch, name="b"), *waiters(40, inference, name="i")]
    return snapshot(pick(fleets(kept)), waiting, kept)


@MANY
@given(full_trees())
def test_what_is_kept_can_still_be_drawn(before: Snapshot) -> None:
    """Where limits form a tree: whatever others got, the rows still carry what is kept."""
    end, system = after(before, plan(before)), before.sites["hall"].rows
    left = system.capacity - system.usage(end.rack_loads("hall"))
    room = capacity(system.site, left, system.indptr, system.entry_rows, system.entry_coefs)
    allowed = everything_else(end, "hall", {Workload.TRAINING}) <= system.together - _kept(before)
    assume(allowed and bool((left >= 0).all()))
    assert room >= _kept(before) - WATT


def _kept(snapshot: Snapshot) -> int:
    return snapshot.sites["hall"].rows.site.shares[0].at_least


def test_two_feeds_count_as_what_one_of_them_carries_alone() -> None:
    """Each rack on both; 30 kW of base load hang above."""
    feeds = [domain(f"ups-{f}", "500kW", "UPS", by=["grid"], fails=True) for f in "ab"]
    racks = [rack(f"r{i}", by=["ups-a", "ups-b"]) for i in range(4)]
    hall = site([domain("grid", "2MW", "Utility", base="30kW"), *feeds], racks, shares=KEPT)
    assert build(hall, {}).together == kw(500)
    out = replace(hall, domains=(hall.domains[0], replace(feeds[0], state=Declared.FAILED), feeds[1]))
    assert build(out, {}).together == kw(500)
    small = replace(hall, domains=(replace(hall.domains[0], capacity=kw(430)), *feeds))
    assert build(small, {}).together == kw(400)
