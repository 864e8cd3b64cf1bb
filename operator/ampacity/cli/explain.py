"""`ampacity explain`: why a pod is where it is, or why it waits and what would have to change.

What stands in the cluster is told as a fact. What this command works out with
the operator's planner is told as what that would decide now.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from ampacity.cli import clusters, standing
from ampacity.cli.distribution import distributed, given_up
from ampacity.cli.fetch.live import Live
from ampacity.cli.places import place
from ampacity.cli.reasons import needs
from ampacity.cli.render.distribution import draw_numbers, draw_shortages
from ampacity.cli.render.explain import Forecast, draw_place, draw_pool, draw_waiting
from ampacity.cli.render.style import Style
from ampacity.cli.render.table import wrapped
from ampacity.cli.report import Demand, Owner, demands, owners_of
from ampacity.core.distribution.answer import SiteNumber
from ampacity.core.distribution.outcome import PoolOutcome
from ampacity.core.placement import plan
from ampacity.core.plan import Plan, Refusal
from ampacity.translate.records import PodRecord

PLACED, WAITS, UNKNOWN = 0, 1, 2

_POOLS, _PODS = ("pool", "pools", "gip", "gpuinferencepool"), ("pod", "pods", "po")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Options of the command."""
    parser = commands.add_parser(
        "explain",
        help="why a pod or pool is where it is, or why it waits and what would have to change",
        epilog="exit status: 0 if it has its places, 1 if it waits, 2 if there is no such pod or pool.",
    )
    parser.add_argument("name", help="a pool or pod: chat, pool/chat, pod/chat-7d9f-x2x")
    parser.add_argument("-n", "--namespace", help="default: the namespace of the kubeconfig's context")
    clusters.add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Explain one pool or pod."""
    kind, _, name = options.name.rpartition("/")
    kind = kind.lower()
    if kind not in ("", *_POOLS, *_PODS):
        print(f"explain knows pools and pods (pool/NAME, pod/NAME), and not {kind}.", file=sys.stderr)
        return UNKNOWN
    live = clusters.look(options)
    full = f"{options.namespace or live.objects.namespace}/{name}"
    explanation = _Explanation(live, Style.for_stream(sys.stdout))
    for remark in explanation.remarks(full):
        print(remark, file=sys.stderr)
    known = explanation.pool(full) if kind in ("", *_POOLS) else None
    if known is None and kind in ("", *_PODS):
        known = explanation.pod(full)
    if known is None:
        print(f"There is no GPU {kind or 'pool or pod'} {full}.", file=sys.stderr)
        return UNKNOWN
    text, status = known
    print(text)
    return status


class _Explanation:
    """A cluster, and what its operator would decide now."""

    def __init__(self, live: Live, style: Style) -> None:
        self._live, self._style = live, style
        self._spread = distributed(live.world, given_up(live.objects.pools))
        self._world, self._snapshot = self._spread.world, self._spread.snapshot
        self._plan: Plan = plan(self._snapshot)

    def remarks(self, name: str) -> Iterator[str]:
        """Sentences that bear on a pod or pool: of the cluster, and of the sites where it is or may be."""
        sites = {node.name: node.site for node in self._snapshot.nodes}
        at = [sites.get(pod.node) for pod in self._world.pods if f"{pod.namespace}/{pod.name}" == name]
        site = at[0] if at else None
        for remark in self._live.remarks:
            near = remark.kind == "SitePowerEnvelope" and site in (None, remark.name)
            if near or not remark.kind:
                yield remark.text

    def pool(self, name: str) -> tuple[str, int] | None:
        """The text on a pool and its exit status; None if there is no such pool."""
        facts = standing.of_pool(self._live, name, sum(one.replicas for one in self._numbers(name)))
        if facts is None:
            return None
        owner = Owner("Pool", name)
        sites = {node.name: node.site for node in self._snapshot.nodes}
        found = {demand.owner: demand for demand in demands(self._world, self._plan, sites)}
        demand = found.get(owner, Demand(owner))
        text = draw_pool(demand, facts, self._pool_waiting(owner), self._style)
        text = "\n".join([text, *self._distribution(name)])
        refused = not any(f"{pool.namespace}/{pool.name}" == name for pool in self._world.pools)
        refused |= bool(self._spread.problems.get(name)) or any(one.short for one in self._outcomes(name))
        return text, WAITS if refused or demand.running.total() < facts.wanted else PLACED

    def _distribution(self, name: str) -> Iterator[str]:
        """Why each site got its number, and what is not served; or why nothing is decided."""
        for problem in self._spread.problems.get(name, ()):
            yield wrapped(f"The planner would leave it as it is: {problem}.", self._style, 2)
        for one in self._outcomes(name):
            yield from draw_shortages(one, self._style)
        yield from draw_numbers(self._numbers(name), self._style)

    def _outcomes(self, name: str) -> list[PoolOutcome]:
        return [one for one in self._spread.outcomes if one.pool == name]

    def _numbers(self, name: str) -> list[SiteNumber]:
        return [one for (pool, _), one in self._spread.numbers.items() if pool == name]

    def _pool_waiting(self, owner: Owner) -> Iterator[Forecast]:
        owners = owners_of(self._world)
        groups: dict[str, list[Refusal]] = {}
        for refusal in self._plan.refusals:
            if (owners.get(refusal.waiter.uid) or Owner.of(refusal.waiter.controller)) == owner:
                groups.setdefault(refusal.sentence, []).append(refusal)
        for sentence, refusals in groups.items():
            yield Forecast(sentence, tuple(needs(self._snapshot, self._plan, refusals[0])), len(refusals))

    def pod(self, name: str) -> tuple[str, int] | None:
        """The text on a pod and its exit status; None if there is no such GPU pod."""
        pods = {f"{pod.namespace}/{pod.name}": pod for pod in self._world.pods}
        pod = pods.get(name)
        if pod is None or not (pod.shape.gpu_units or pod.waiting or pod.reservation):
            return None
        if pod.node and not pod.waiting:
            return self._placed(name, pod), PLACED
        if any(entry.uid == pod.uid for entry in self._world.ledger.fence):
            return f"{name} has been given its place; the grant is on its way.", PLACED
        return draw_waiting(name, standing.of_pod(pod), self._forecast(pod), self._style), WAITS

    def _placed(self, name: str, pod: PodRecord) -> str:
        found = place(self._snapshot, pod, unknown=not self._world.profiles)
        if found is None:
            return f"{name} is on node {pod.node}, which has no Node object any more."
        return draw_place(name, found, self._style)

    def _forecast(self, pod: PodRecord) -> Forecast:
        for grant in self._plan.grants:
            if grant.waiter.uid == pod.uid:
                return Forecast(f"{grant.node} at {grant.site}", granted=True)
        for refusal in self._plan.refusals:
            if refusal.waiter.uid == pod.uid:
                return Forecast(refusal.sentence, tuple(needs(self._snapshot, self._plan, refusal)))
        gates = "other scheduling gates than ours hold it too" if pod.other_gates else ""
        return Forecast(pod.obstacle or gates or "it is not planned")
