"""Pushes one source of load up to the meters and the coolers, in one state of the site.

At a consumer, each living supplier may carry up to its share; at a domain,
what arrives over several paths is cut to what the source draws, and the
arrivals with the greatest losses are kept, since that is the most the domain
can physically see. Passing through a domain divides by its efficiency; heat
that a cooling unit takes costs electricity, which is pushed up in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from ampacity.audit.limits import COOLING, CORD, DOMAIN, RACK, RACK_AIR, SHELVES, Key
from ampacity.audit.parcels import Arriving, Parcels, cut, hand_over, seen, times, whole
from ampacity.audit.scene import Carry, Scene
from ampacity.audit.sources import Source, rack_draw
from ampacity.core.load import NOTHING, Load
from ampacity.core.site import Domain, Rack

_PPM = 1_000_000

Sums = Mapping[Key, Fraction | int]


class Push:
    """What one source puts on each limit, exactly, in mW."""

    def __init__(self, scene: Scene, order: Sequence[Domain]) -> None:
        """`order`: the domains, each before its suppliers."""
        self._scene = scene
        self._order = order
        self._units = {unit.name: unit for unit in scene.site.cooling}
        self._sums: defaultdict[Key, Fraction | int] = defaultdict(int)

    def sums(self, source: Source, loads: Mapping[str, Load]) -> Sums:
        """Nothing at all from a source that the state takes down."""
        if source.domain is not None:
            if source.domain.name not in self._scene.dead:
                self._rise(source.domain.base_load, {source.domain.name: whole(source.domain.base_load)})
        elif not self._scene.loses(source.racks[0], source.on_air):
            self._racks(source.racks, loads)
        return self._sums

    def _racks(self, racks: Sequence[Rack], loads: Mapping[str, Load]) -> None:
        total, first = NOTHING, racks[0]
        power = self._scene.living(first.power)
        for rack in racks:
            draw = rack_draw(rack, loads.get(rack.name, NOTHING))
            if self._scene.on_air_alone(rack):
                draw = Load(draw.power, draw.air + draw.liquid)
            self._charge_rack(rack, draw, power)
            total += draw
        arriving: Arriving = {}
        hand_over(power, whole(total.power), arriving)
        self._rise(total.power, arriving)
        self._heat(total.liquid, self._scene.living(first.liquid))
        self._heat(total.air, self._scene.living(first.air))

    def _charge_rack(self, rack: Rack, draw: Load, power: Iterable[Carry]) -> None:
        self._sums[RACK, rack.name] = draw.power
        self._sums[SHELVES, rack.name] = draw.power
        self._sums[RACK_AIR, rack.name] = draw.air
        self._charge_cords(rack.name, power, Fraction(draw.power))

    def _heat(self, heat: int, carries: Iterable[Carry]) -> None:
        """Heat onto the cooling units, and the electricity it costs them onto what powers them."""
        arriving: Arriving = {}
        hand_over(carries, whole(heat), arriving)
        electricity: Arriving = {}
        for name, parcels in arriving.items():
            unit = self._units[name]
            taken = cut(parcels, heat)
            self._sums[COOLING, name] += seen(taken)
            if unit.cooling_power:
                drawn = times(taken, Fraction(unit.cooling_power, _PPM))
                self._hand_up(name, self._scene.living(unit.power), drawn, electricity)
        self._rise(heat, electricity)

    def _rise(self, amount: int, arriving: Arriving) -> None:
        """`amount` mW of one draw, from where it arrives up to the meters."""
        for domain in self._order:
            if domain.name in arriving:
                parcels = cut(arriving[domain.name], amount)
                self._sums[DOMAIN, domain.name] += seen(parcels)
                drawn = times(parcels, Fraction(_PPM, domain.efficiency))
                self._hand_up(domain.name, self._scene.living(domain.suppliers), drawn, arriving)

    def _hand_up(self, consumer: str, carries: Sequence[Carry], drawn: Parcels, arriving: Arriving) -> None:
        self._charge_cords(consumer, carries, seen(drawn))
        hand_over(carries, drawn, arriving)

    def _charge_cords(self, consumer: str, carries: Iterable[Carry], drawn: Fraction) -> None:
        for carry in carries:
            if carry.edge.breaker is not None:
                self._sums[CORD, consumer, str(carry.place)] += carry.share * drawn
