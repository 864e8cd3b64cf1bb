"""The objects to send: which kinds, how many of each, by which of the two ways, named and numbered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fuzz.bombs import bombs
from tests.fuzz.mutations import DEEP, mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.strategies import draw_specs

Json = dict[str, Any]
GROUP = "/apis/ampacity.io/v1alpha1"
NAMESPACE = "fuzz"

COLLECTIONS = {
    "sitepowerenvelopes": f"{GROUP}/sitepowerenvelopes",
    "acceleratorprofiles": f"{GROUP}/acceleratorprofiles",
    "modelprofiles": f"{GROUP}/modelprofiles",
    "gpuinferencepools": f"{GROUP}/namespaces/{NAMESPACE}/gpuinferencepools",
    "pods": f"/api/v1/namespaces/{NAMESPACE}/pods",
    "nodes": "/api/v1/nodes",
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One object to send, as text. `strict`: unknown and doubled fields are refused, as kubectl asks."""

    plural: str
    name: str
    body: str
    strict: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a kind: drawn from its model, damaged (bombs among them), and left as they are."""

    plural: str
    drawn: int
    damaged: int
    whole: int


def batch(shares: tuple[Share, ...], number: int, seed: int) -> list[Shot]:
    """Batch `number` of a run; the same for the same seed, mixed over the kinds."""
    rng = Random(f"{seed}/{number}")
    shots = [shot for share in shares for shot in _kind(share, f"f{number}", rng)]
    rng.shuffle(shots)
    return shots


def _kind(share: Share, prefix: str, rng: Random) -> Iterator[Shot]:
    for index, body in enumerate(_bodies(share, rng)):
        name = f"{prefix}-{share.plural[:2]}-{index}"
        yield Shot(share.plural, name, body.replace("@@name@@", name), strict=rng.random() < 0.8)


def _bodies(share: Share, rng: Random) -> Iterator[str]:
    known = [_named(seed) for seed in seeds(share.plural)]
    if share.drawn:
        for spec in draw_specs(share.plural, share.drawn, rng.randrange(2**32)):
            yield json.dumps({**known[0], "spec": spec})
    heavy = [json.dumps(_named(bomb)) for bomb in bombs(share.plural)]
    yield from (body.replace('"@@deep@@"', DEEP) for body in heavy)
    for _ in range(share.damaged - len(heavy)):
        yield mutated(rng.choice(known), rng)
    for _ in range(share.whole):
        yield json.dumps(rng.choice(known))


def _named(seed: Json) -> Json:
    """Without what only the API server gives."""
    metadata = {key: value for key, value in seed["metadata"].items() if key in ("labels", "annotations")}
    return {**seed, "metadata": {**metadata, "name": "@@name@@"}}
