from dataclasses import replace

from ampacity.core.placement import plan
from ampacity.core.rows import build
from ampacity.core.site import Site
from ampacity.translate.snapshot.build import build_snapshot
from ampacity.translate.snapshot.buildable import buildable
from tests.builders.fleet import small_site
from tests.builders.kube import node, pod
from tests.builders.power import domain, rack, site
from tests.builders.world import notes, world


def lossy(name: str = "lossy") -> Site:
    """A hall in which a watt costs a megawatt."""
    chain = [domain("a"), domain("b", by=["a"]), domain("c", by=["b"])]
    chain = [replace(part, efficiency=10_000) for part in chain]
    return replace(site([*chain, domain("pdu", by=["c"])], [rack(), rack("r2")]), name=name)


def test_a_site_that_can_be_built() -> None:
    assert buildable(small_site()) is None


def test_a_site_that_cannot_be_built_says_why() -> None:
    problem = buildable(lossy())
    assert problem is not None and "more than a thousandfold" in problem.message


def test_a_site_that_cannot_be_built_stops_no_other_site() -> None:
    nodes = [node("n1"), node("n2", site="lossy"), node("n3", site="lossy", rack="r2")]
    snapshot = build_snapshot(world(pod(), nodes=nodes, sites=[small_site(), lossy()]))
    assert [grant.node for grant in plan(snapshot).grants] == ["n1"]
    assert not snapshot.sites["lossy"].admits and "thousandfold" in snapshot.sites["lossy"].why_not
    assert [note.site for note in notes(snapshot, "NotComputable")] == ["lossy"]


def test_alone_it_refuses_and_says_why() -> None:
    snapshot = build_snapshot(world(pod(), nodes=[node(site="lossy")], sites=[lossy()]))
    decided = plan(snapshot)
    assert not decided.grants and "its limits cannot be computed" in decided.refusals[0].sentence


def test_rows_that_nothing_runs_on_know_every_rack() -> None:
    snapshot = build_snapshot(world(nodes=[], sites=[lossy()]))
    assert snapshot.sites["lossy"].rows.rack_index.keys() == build(small_site(), {}).rack_index.keys()
