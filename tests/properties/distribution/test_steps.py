"""From what stands to what was decided: nothing that serves goes too early, and it comes to an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.core.distribution.steps import BUDGET, Stand, lacking, leaves

SITES = ("a", "b", "c")
RATES = {"fast": 1.0, "slow": 0.4}

counts = st.dictionaries(st.sampled_from(sorted(RATES)), st.integers(0, 5))
plain = st.dictionaries(st.just("fast"), st.integers(0, 6))


@st.composite
def stands(draw: st.DrawFn, of: st.SearchStrategy[dict[str, int]] = counts) -> dict[str, Stand]:
    found = {}
    for site in SITES:
        there = draw(of)
        ready = draw(st.integers(0, sum(there.values())))
        flags = draw(st.tuples(*[st.integers(0, 4)] * 3))
        cut_off, must_go, sought = (flag == 4 for flag in flags)
        leaving = draw(st.integers(0, 1))
        found[site] = Stand(draw(of), there, ready, leaving, cut_off, must_go and not cut_off, sought)
    return found


def work(replicas: Mapping[str, int]) -> float:
    return sum(RATES[variant] * count for variant, count in replicas.items())


def serving(one: Stand, gone: int, slowest: bool) -> float:
    """Work after `gone` replicas went: those that do not serve first, then the fastest, which is worst."""
    if one.cut_off:
        return 0.0
    each = sorted((RATES[v] for v, count in one.there.items() for _ in range(count)), reverse=not slowest)
    left = min(one.ready, one.count - gone)
    return sum(each[:left])


@settings(max_examples=600, deadline=None)
@given(stands(), st.floats(0, 12), st.booleans())
def test_what_serves_goes_only_once_the_others_do_the_work(
    sites: dict[str, Stand], asked: float, no_room: bool
) -> None:
    gone = leaves(sites, RATES, asked, no_room)
    needed = min(asked, sum(work(one.target) for one in sites.values()))
    forced = {site: one.count if one.must_go else 0 for site, one in sites.items()}
    usual = sum(serving(one, min(gone[site], forced[site]), True) for site, one in sites.items())
    left = sum(serving(one, gone[site], True) for site, one in sites.items())
    exchanged = no_room and any(one.sought for one in sites.values())
    budget = max(BUDGET * needed, 1.0) if exchanged else 0.0
    short_already = 1.0 if exchanged else 0.0
    assert left >= min(needed - budget, usual - short_already) - 1e-6


@settings(max_examples=600, deadline=None)
@given(stands(), st.floats(0, 12), st.booleans())
def test_a_site_keeps_what_does_its_part(sites: dict[str, Stand], asked: float, no_room: bool) -> None:
    for site, count in leaves(sites, RATES, asked, no_room).items():
        one = sites[site]
        assert 0 <= count <= one.count
        assert not (one.cut_off and count)
        if count and not one.must_go:
            each = sorted(RATES[v] for v, number in one.there.items() for _ in range(number))
            assert sum(each[: one.count - count]) >= work(one.target) - 1e-6


@settings(max_examples=300, deadline=None)
@given(stands(), st.floats(0, 12), st.booleans())
def test_surplus_goes_at_once_where_it_does_not_serve_or_power_is_short(
    sites: dict[str, Stand], asked: float, no_room: bool
) -> None:
    """What does not serve, only where the pool has enough without it; see the next test."""
    gone = leaves(sites, RATES, asked, no_room)
    enough = sum(serving(one, gone[site], True) for site, one in sites.items()) >= asked
    for site, one in sites.items():
        each = sorted(RATES[v] for v, number in one.there.items() for _ in range(number))
        spare = sum(sum(each[:left]) >= work(one.target) - 1e-9 for left in range(one.count))
        excess = sum((Counter(one.there) - Counter(one.target)).values())
        if one.must_go:
            assert gone[site] >= excess
        elif enough and not one.cut_off:
            assert gone[site] >= min(spare, one.count - one.ready)


@settings(max_examples=600, deadline=None)
@given(stands(), st.floats(0, 12), st.booleans())
def test_what_serves_no_more_for_a_moment_is_not_given_up_for_what_has_yet_to_start(
    sites: dict[str, Stand], asked: float, no_room: bool
) -> None:
    """Its successors will take minutes; it may be back in a second. Where its room is sought, it goes one by
    one, beyond what a pool gives up for room anyway."""
    gone = leaves(sites, RATES, asked, no_room)
    needed = min(asked, sum(work(one.target) for one in sites.values()))
    before = sum(hoped(one, gone[site] if one.must_go else 0) for site, one in sites.items())
    after = sum(hoped(one, gone[site]) for site, one in sites.items())
    sought = any(one.sought for one in sites.values())
    given_up = max(BUDGET * needed, 1.0) if sought else 0.0
    assert after >= min(needed - given_up, before - (2.0 if sought else 0.0)) - 1e-6


def hoped(one: Stand, gone: int) -> float:
    """Work of what serves, and where there is more than belongs there, of what may serve in a moment; as the
    slowest."""
    each = sorted(RATES[v] for v, count in one.there.items() for _ in range(count))
    if one.cut_off:
        return 0.0
    left = one.count - gone
    surplus = not one.must_go and sum(each[:-1]) >= work(one.target) - 1e-9
    return sum(each[: left if surplus else min(one.ready, left)])


@settings(max_examples=300, deadline=None)
@given(counts, counts)
def test_what_is_started_is_just_enough(target: dict[str, int], there: dict[str, int]) -> None:
    more = lacking(target, there, RATES)
    after = Counter(there) + Counter(more)
    assert all(after[variant] <= target[variant] for variant in more)
    assert work(after) >= work(target) - 1e-6
    if more:
        least = min(RATES[variant] for variant in more)
        assert work(after) - work(target) < max(RATES.values()) and work(there) < work(target)
        assert least > 0


@dataclass
class Fleet:
    """Two pools at sites that have room for so many replicas together; starting takes two rounds. `dark`:
    round by round, a site where nothing serves for the moment."""

    room: dict[str, int]
    there: dict[str, dict[str, int]]
    target: dict[str, dict[str, int]]
    dark: list[str] = field(default_factory=list)
    ready: dict[str, dict[str, int]] = field(default_factory=dict)
    lost: float = 0.0
    moves: int = 0

    def __post_init__(self) -> None:
        self.ready = {pool: dict(sites) for pool, sites in self.there.items()}

    def round(self) -> None:
        refused = {pool: self._up(pool) for pool in self.there}
        sought = {site for sites in refused.values() for site in sites}
        started = {pool: dict(sites) for pool, sites in self.there.items()}
        for pool in self.there:
            self._down(pool, bool(refused[pool]), sought, self.dark[:1])
        self.dark = self.dark[1:]
        for pool, sites in self.there.items():
            self.ready[pool] = {site: min(count, started[pool][site]) for site, count in sites.items()}

    def _up(self, pool: str) -> list[str]:
        """Sites where the pool found no room."""
        refused = []
        for site in SITES:
            more = lacking(self._at(self.target, pool, site), self._at(self.there, pool, site), RATES)
            for _ in range(more.get("fast", 0)):
                if sum(sites[site] for sites in self.there.values()) < self.room[site]:
                    self.there[pool][site] += 1
                    self.moves += 1
                else:
                    refused.append(site)
        return refused

    def _down(self, pool: str, no_room: bool, sought: set[str], dark: list[str]) -> None:
        view = {
            site: Stand(
                self._at(self.target, pool, site), self._at(self.there, pool, site),
                0 if site in dark else self.ready[pool][site], sought=site in sought,
            )
            for site in SITES
        }  # fmt: skip
        wanted = float(sum(self.target[pool].values()))
        before = min(wanted, sum(self.ready[pool].values()))
        for site, count in leaves(view, RATES, wanted, no_room).items():
            self.there[pool][site] -= count
            self.ready[pool][site] = min(self.ready[pool][site], self.there[pool][site])
            self.moves += count
        after = float(sum(self.ready[pool].values()))
        if not no_room:
            self.lost = max(self.lost, before - after)

    def _at(self, counts: dict[str, dict[str, int]], pool: str, site: str) -> dict[str, int]:
        return {"fast": counts[pool][site]}


@st.composite
def moving(draw: st.DrawFn) -> Fleet:
    pools = ("p", "q")
    drawn = [{pool: {s: draw(st.integers(0, 4)) for s in SITES} for pool in pools} for _ in range(2)]
    there, target = drawn
    room = {s: max(sum(side[pool][s] for pool in pools) for side in drawn) for s in SITES}
    return Fleet(room, there, target)


def _distance(fleet: Fleet) -> int:
    """Replicas to be started and ended."""
    pairs = [(fleet.target[pool][site], fleet.there[pool][site]) for pool in fleet.there for site in SITES]
    return sum(abs(wanted - there) for wanted, there in pairs)


@settings(max_examples=400, deadline=None)
@given(moving())
def test_every_decision_that_fits_is_reached_and_nothing_moves_twice(fleet: Fleet) -> None:
    """Also where two pools have to exchange their places in full sites."""
    needed = _distance(fleet)
    for _ in range(80):
        fleet.round()
    assert fleet.there == fleet.target == fleet.ready
    assert fleet.moves == needed
    assert fleet.lost == 0


@settings(max_examples=400, deadline=None)
@given(moving(), st.lists(st.sampled_from(SITES), max_size=20), st.booleans())
def test_servers_that_fail_for_a_moment_in_the_middle_of_a_move_are_not_missed_after_it(
    fleet: Fleet, dark: list[str], roomy: bool
) -> None:
    """Not one is started in vain, and where there is room none is ended that is needed when they are back."""
    fleet.dark, needed = dark, _distance(fleet)
    if roomy:
        fleet.room = dict.fromkeys(SITES, 100)
    for _ in range(100):
        fleet.round()
    assert fleet.there == fleet.target == fleet.ready
    assert fleet.moves == needed
    assert not roomy or fleet.lost == 0


def test_two_pools_that_must_exchange_full_sites_do_it_a_quarter_at_a_time() -> None:
    fleet = Fleet(
        {"a": 8, "b": 8, "c": 0},
        {"p": {"a": 8, "b": 0, "c": 0}, "q": {"a": 0, "b": 8, "c": 0}},
        {"p": {"a": 0, "b": 8, "c": 0}, "q": {"a": 8, "b": 0, "c": 0}},
    )
    least = 8
    for _ in range(40):
        fleet.round()
        least = min(least, *(sum(sites.values()) for sites in fleet.ready.values()))
    assert fleet.there == fleet.target
    assert least == 6


def test_one_replica_that_must_move_to_where_its_own_place_is_needed_goes_first() -> None:
    here = Stand({}, {"fast": 1}, 1, sought=True)
    there = Stand({"fast": 1})
    assert leaves({"a": here, "b": there}, RATES, 1.0, True) == {"a": 1, "b": 0}
    assert leaves({"a": here, "b": there}, RATES, 1.0, False) == {"a": 0, "b": 0}
    assert leaves({"a": replace(here, sought=False), "b": there}, RATES, 1.0, True) == {"a": 0, "b": 0}
