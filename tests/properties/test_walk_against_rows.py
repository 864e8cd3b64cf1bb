"""Two readings of one hall: rows and the auditor's walk must come to the same verdict.

They share the description of the site and nothing else. The walk says what
every limit has to carry at worst. With each limit 1 % above that, the rows must
refuse nothing; with any one limit a milliwatt below it, they must refuse.
"""

from dataclasses import replace
from fractions import Fraction
from math import ceil

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ampacity.audit.scene import scenes
from ampacity.audit.walk import walk
from ampacity.core.rows import RackContents, build
from ampacity.core.site import Edge, Site
from tests.builders.random_sites import Loaded, loaded_sites

ALMOST_EQUAL = (1_000_000, 998_000)
ENOUGH = 10**12
Key = tuple[str, ...]


@settings(max_examples=150, deadline=None)
@given(loaded_sites(), st.data())
def test_one_limit_below_its_worst_load_is_refused(hall, data):
    worst, alone = worst_loads(hall), worst_loads(replace(hall, loads={}))
    loaded = [key for key, load in worst.items() if load > alone[key]]  # base loads alone refuse nobody
    assume(loaded)
    tight = data.draw(st.sampled_from(sorted(loaded)))
    assert not rows_fit(hall, {tight: ceil(worst[tight]) - 1})


@settings(max_examples=150, deadline=None)
@given(loaded_sites(ALMOST_EQUAL, cooling_power=200_000))
def test_one_percent_above_every_worst_load_is_enough(hall):
    assume(not loads_a_lost_rack(hall))
    assert rows_fit(hall, {key: ceil(load * Fraction(101, 100)) for key, load in worst_loads(hall).items()})


def worst_loads(hall: Loaded) -> dict[Key, Fraction]:
    """The most that each limit carries in any state, by the walk."""
    worst: dict[Key, Fraction] = {}
    for reading in walk(hall.site, hall.loads, on_air(hall)):
        key = reading.limit.key
        worst[key] = max(worst.get(key, Fraction(0)), reading.load)
    return worst


def rows_fit(hall: Loaded, capacities: dict[Key, int]) -> bool:
    """Whether all loads together fit by rows, if these are the limits and all others are ample."""
    contents = {r.name: RackContents(needs_liquid=r.name in hall.needs_liquid) for r in hall.site.racks}
    rows = build(limited(hall.site, capacities), contents)
    return bool((rows.usage(hall.loads) <= rows.capacity).all())


def limited(site: Site, capacities: dict[Key, int]) -> Site:
    def most(*key: str) -> int:
        return capacities.get(key, ENOUGH)

    def cords(consumer: str, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
        return tuple(
            edge if edge.breaker is None else replace(edge, breaker=most("cord", consumer, str(place)))
            for place, edge in enumerate(edges)
        )

    return replace(
        site,
        domains=tuple(
            replace(d, capacity=most("domain", d.name), suppliers=cords(d.name, d.suppliers))
            for d in site.domains
        ),
        cooling=tuple(
            replace(u, capacity=most("cooling", u.name), power=cords(u.name, u.power)) for u in site.cooling
        ),
        racks=tuple(
            replace(
                r,
                power=cords(r.name, r.power),
                limit=None if r.limit is None else most("rack", r.name),
                air_limit=None if r.air_limit is None else most("rack air", r.name),
            )
            for r in site.racks
        ),
    )


def loads_a_lost_rack(hall: Loaded) -> bool:
    """Whether a rack with load is out of service already: rows grant it nothing, a walk sees no load."""
    now = next(iter(scenes(hall.site)))
    return any(now.loses(r, r.name in on_air(hall)) for r in hall.site.racks if hall.loads.get(r.name))


def on_air(hall: Loaded) -> set[str]:
    return {rack.name for rack in hall.site.racks} - hall.needs_liquid
