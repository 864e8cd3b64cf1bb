"""A pool decided: whole replicas per option, and the flows that they serve best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ampacity.core.distribution.block import Block, Floats, Ints
from ampacity.core.distribution.matrix import Rows
from ampacity.core.distribution.solver import Model, Session
from ampacity.core.distribution.survival import Loss, first_losses, violated

_DOMINANT = 1e4  # serving outweighs latency by so much where one pool's flows are all that is decided
_LOSSES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """`counts` [options of the block], `flows` [flows of the block]: work."""

    block: Block
    counts: Ints
    flows: Floats

    @property
    def served(self) -> Floats:
        """Work served per region."""
        block = self.block
        served: Floats = np.bincount(block.flow_region, self.flows, len(block.work)).astype(np.float64)
        return served

    @property
    def unserved(self) -> Floats:
        """Work not served per region, what is only rounding left out."""
        left = self.block.work - self.served
        return np.where(left > 1e-6 * np.maximum(self.block.work, 1.0), left, 0.0)

    @property
    def gpus(self) -> float:
        """Served demand in GPUs."""
        return float(self.served.sum()) * self.block.value


def capacity(block: Block, counts: Ints, band: float) -> Floats:
    """Work that the replicas do: [points]; those that serve already may be used `band` beyond target."""
    replicas = counts + band * np.minimum(counts, block.option_current)
    work = block.option_rate * replicas
    able: Floats = np.bincount(block.option_point, work, len(block.site)).astype(np.float64)
    return able


def assign(block: Block, counts: Ints, band: float) -> Settled:
    """The best flows for these replicas: most work, then least latency; what survives a loss, if asked to."""
    able = capacity(block, counts, band)
    losses: list[Loss] = list(first_losses(block))
    for _ in range(_LOSSES):
        settled = Settled(block, counts, _flows(block, able, losses))
        worse = violated(block, settled.flows, able)
        if worse is None:
            return settled
        losses.append(worse)
    return Settled(block, counts, np.zeros(len(block.flow_region)))


def _flows(block: Block, able: Floats, losses: Sequence[Loss]) -> Floats:
    open_ = np.flatnonzero(able[block.flow_point] > 0)
    if not len(open_):
        return np.zeros(len(block.flow_region))
    region, point = block.flow_region[open_], block.flow_point[open_]
    columns = np.arange(len(open_))
    rows = Rows()
    rows.put(rows.open(block.work) + region, columns, 1.0)
    rows.put(rows.open(able) + point, columns, 1.0)
    for loss in losses:
        inside = columns[loss.regions[region]]
        rows.put(rows.open(able[loss.points].sum(keepdims=True)) + np.zeros_like(inside), inside, 1.0)
    cost = block.requests[region] * block.flow_weight[open_]
    model = Model(block.work[region], *rows.joined(), np.zeros(len(open_), np.bool_))
    answer = Session(model, relaxed=True).minimise(cost / max(cost.max(), 1e-9) - _DOMINANT)
    flows = np.zeros(len(block.flow_region))
    if answer is not None:
        flows[open_] = np.clip(answer.x, 0.0, block.work[region])
    return flows
