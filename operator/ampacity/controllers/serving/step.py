"""One pass: backends first, then the routes that name those that exist, then what is not wanted goes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from ampacity import names
from ampacity.apis import GPUInferencePool
from ampacity.controllers.scene import Scene
from ampacity.controllers.serving.current import sends_to
from ampacity.controllers.serving.existing import Stock
from ampacity.controllers.serving.kinds import GATEWAY, KINDS
from ampacity.controllers.serving.memory import Memory, Names
from ampacity.controllers.serving.neighbours import (
    Named,
    missing_gateways,
    missing_pickers,
    picker_of,
    refused_routes,
)
from ampacity.controllers.serving.pickers import Pickers
from ampacity.controllers.serving.tries import Tries
from ampacity.controllers.serving.wanted import Readable, reached, troubles
from ampacity.controllers.serving.writer import Doomed, ServingWriter
from ampacity.controllers.status.serving import REFUSED, Trouble
from ampacity.translate.serving.objects import INFERENCE_POOL, ROUTE, SERVICE, Served
from ampacity.translate.serving.routes import Route

Troubles = Mapping[str, tuple[Trouble, ...]]


class Step:
    """Remembers the pools as they could last be read, and what was worked out for them. That is done in a
    thread: after a new distribution of a large fleet it takes a second."""

    def __init__(self, stock: Stock, writer: ServingWriter, tries: Tries, pickers: Pickers) -> None:
        self._stock, self._writer, self._tries, self._pickers = stock, writer, tries, pickers
        self._readable, self._memory = Readable(), Memory()

    async def take(self, scene: Scene) -> Troubles:
        """Write what is missing or differs; what is amiss, by the uid of pools."""
        kinds, pools = self._stock.kinds, self._readable.read(scene.pools)
        wanted = tuple(reached(scene, pools.values()))
        backends = await asyncio.to_thread(self._memory.backends, wanted, kinds)
        await self._writer.apply(chain.from_iterable(backends.values()))
        routes = await asyncio.to_thread(self._memory.routes, wanted, kinds, self._there())
        new = {pool.uid for pool in wanted if pool.undecided}
        await self._writer.apply(
            route.object
            for uid, made in routes.items()
            for route in made
            if uid not in new or not self._stands(route.object)
        )
        items = {uid: [*some, *(route.object for route in routes[uid])] for uid, some in backends.items()}
        every = {item.key for some in items.values() for item in some}
        await self._delete(pools.keys(), every)
        self._tries.keep(every)
        self._writer.keep(every)
        chosen = (picker_of(item) for some in backends.values() for item in _inference(some))
        missing = await self._pickers.look(chosen)
        return {
            uid: tuple(self._troubles(model, routes.get(uid, ()), items.get(uid, ()), missing))
            for uid, (model, _) in pools.items()
        }

    def _stands(self, route: Served) -> bool:
        """Whether it stays as it is until the rows of its pool are known: it sends nobody where nothing is
        ready, nor where they may not be served."""
        there = self._stock.of(ROUTE).get((route.namespace, route.name))
        return there is None or sends_to(there.spec) <= sends_to(route.body["spec"])

    def _there(self) -> dict[str, Names]:
        """Backends that exist, of the kind that routes name, by their owner."""
        kind = INFERENCE_POOL if INFERENCE_POOL in self._stock.kinds else SERVICE
        found: dict[str, set[tuple[str, str]]] = {}
        for name, one in self._stock.of(kind).items():
            found.setdefault(one.owner, set()).add(name)
        return {owner: frozenset(names) for owner, names in found.items()}

    async def _delete(self, pools: Collection[str], wanted: Collection[tuple[str, str, str]]) -> None:
        """What is of these pools (uids) and not wanted any more: routes before what they name."""
        for kind in reversed(KINDS):
            known = self._stock.of(kind)
            doomed = [
                Doomed(kind, one)
                for name, one in known.items()
                if one.owner in pools
                and (kind, *name) not in wanted
                and one.labels.get(names.MANAGED_BY) == names.FIELD_MANAGER
            ]
            await self._writer.delete(doomed)

    def _troubles(
        self,
        model: GPUInferencePool,
        made: Sequence[Route],
        items: Sequence[Served],
        missing: Container[Named],
    ) -> Iterator[Trouble]:
        yield from troubles(model, self._stock.kinds, made)
        if GATEWAY in self._stock.kinds:
            yield from missing_gateways(made, self._stock.of(GATEWAY))
        yield from refused_routes(made, self._stock.of(ROUTE))
        yield from missing_pickers(_inference(items), missing)
        for item in items:
            why = self._tries.why(item)
            if why:
                yield Trouble(REFUSED, why)


def _inference(items: Iterable[Served]) -> list[Served]:
    return [item for item in items if item.kind == INFERENCE_POOL]
