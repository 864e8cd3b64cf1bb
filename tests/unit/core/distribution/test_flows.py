"""Who serves whom with what is ready; replicas of these pools do one unit of work each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ampacity.core.distribution.answer import Share
from ampacity.core.distribution.flows import flows
from ampacity.core.distribution.targets import Targets

ORDER = {"north": ("n", "mid", "far"), "south": ("s", "mid")}


def targets(replicas: Mapping[str, int], **rows: dict[str, float]) -> Targets:
    """What is asked takes all of the replicas."""
    counts = {(site, "v"): count for site, count in replicas.items()}
    shares = {
        region: tuple(Share(site, part) for site, part in row.items()) for region, row in rows.items()
    }
    return Targets(counts, {"v": 1.0}, float(sum(replicas.values())), shares)


def parts(
    decided: Targets,
    requests: Mapping[str, float],
    ready: Mapping[str, int],
    order: Mapping[str, Sequence[str]] = ORDER,
) -> dict[str, dict[str, float]]:
    found = flows(decided, requests, ready, order)
    return {
        region: {site: round(part, 3) for site, part in flow.parts.items()} for region, flow in found.items()
    }


def test_with_everything_ready_it_is_the_row() -> None:
    decided = targets({"n": 3, "mid": 1}, north={"n": 0.75, "mid": 0.25})
    assert parts(decided, {"north": 40}, {"n": 3, "mid": 1, "far": 9}) == {"north": {"n": 0.75, "mid": 0.25}}


def test_a_half_ready_site_gives_the_rest_to_the_nearest_that_has_some_to_spare() -> None:
    decided = targets({"n": 4}, north={"n": 1.0})
    assert parts(decided, {"north": 40}, {"n": 2, "mid": 1, "far": 5}) == {
        "north": {"n": 0.525, "mid": 0.25, "far": 0.225}
    }


def test_a_site_that_is_left_serves_until_its_successor_is_ready() -> None:
    decided = targets({"n": 4}, north={"n": 1.0})
    for ready, found in ((0, {"mid": 1.0}), (1, {"n": 0.263, "mid": 0.738}), (4, {"n": 1.0})):
        assert parts(decided, {"north": 40}, {"n": ready, "mid": 4})["north"] == found


def test_a_spare_replica_counts_as_much_as_it_does_for_the_region() -> None:
    """Not as one of all that the pool has: the south asks for more than the north."""
    decided = targets({"n": 2, "s": 8}, north={"n": 1.0}, south={"s": 1.0})
    found = parts(decided, {"north": 20, "south": 80}, {"n": 1, "s": 8, "mid": 1})
    assert found == {"north": {"n": 0.525, "mid": 0.475}, "south": {"s": 1.0}}


def test_no_two_count_on_the_same_replica_and_who_has_no_other_choice_comes_first() -> None:
    decided = targets({"n": 1, "s": 1}, north={"n": 1.0}, south={"s": 1.0})
    found = parts(decided, {"north": 10, "south": 10}, {"mid": 1, "far": 1})
    assert found == {"north": {"far": 1.0}, "south": {"mid": 1.0}}


def test_a_site_that_may_not_serve_the_region_gets_nothing_though_the_row_names_it() -> None:
    decided = targets({"n": 2, "s": 2}, north={"n": 0.5, "s": 0.5})
    assert parts(decided, {"north": 40}, {"n": 2, "s": 2, "mid": 1}) == {"north": {"n": 0.5, "mid": 0.25}}


def test_who_asks_for_nothing_has_somewhere_to_go_all_the_same() -> None:
    decided = targets({"n": 1, "s": 1}, north={"n": 1.0}, south={"s": 1.0})
    assert parts(decided, {"north": 10, "south": 0}, {"n": 1, "s": 1})["south"] == {"s": 1.0}
    assert parts(decided, {"north": 0, "south": 0}, {"n": 1, "mid": 1})["south"] == {"mid": 1.0}
