"""What nodes and racks are charged. A server here: 2 kW idle, 1 kW host, eight GPUs of 1 kW each."""

from dataclasses import replace

from ampacity.core.load import NOTHING
from ampacity.core.site import ListedNodes, Site
from ampacity.core.snapshot import Resources
from ampacity.translate.snapshot.build import build_snapshot
from tests.builders.fleet import small_site
from tests.builders.kube import GPU, container, node, pod
from tests.builders.power import kw
from tests.builders.world import fence, hold, ledger, load_of, notes, profile, reserved, view, world


def listed(count: int, profile: str = "h200", off: bool = False) -> ListedNodes:
    return ListedNodes(count, profile, off)


def with_nodes(*nodes: ListedNodes) -> Site:
    """The hall with these nodes listed in r1."""
    site = small_site()
    return replace(site, racks=(replace(site.racks[0], nodes=nodes), site.racks[1]))


def test_an_idle_node_costs_its_idle_and_host_watts() -> None:
    assert view(world()).load.power == kw(3)


def test_host_is_not_charged_where_ordinary_pods_are_tainted_off() -> None:
    tainted = node(taints=[{"key": "nvidia.com/gpu", "effect": "NoSchedule"}])
    passing = node(taints=[{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}])
    assert view(world(nodes=[tainted])).load.power == kw(2)
    assert view(world(nodes=[passing])).load.power == kw(3)


def test_a_taint_that_is_not_about_gpus_leaves_running_pods_where_they_are() -> None:
    autoscaler = node(taints=[{"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}])
    assert view(world(nodes=[autoscaler])).load.power == kw(3)


def test_gpu_pods_count_where_they_are_bound_also_if_nobody_gated_them() -> None:
    seen = view(world(pod(node="n1", gpus=3)))
    assert seen.load.power == kw(6)
    assert seen.units == 3


def test_a_granted_pod_counts_at_its_node_before_it_is_bound() -> None:
    granted = reserved(pod(gated=False), kw(1))
    assert view(world(granted)).load.power == kw(4)


def test_a_gated_pod_does_not_count() -> None:
    assert view(world(pod())).load.power == kw(3)


def test_a_terminating_pod_counts_until_it_is_gone() -> None:
    assert view(world(replace(pod(node="n1"), terminating=True))).load.power == kw(4)


def test_the_larger_of_annotation_and_profile_counts() -> None:
    promised_more = reserved(pod("a", node="n1", gpus=2), kw(5))
    promised_less = reserved(pod("b", node="n1", gpus=2), kw(1))
    assert view(world(promised_more)).load.power == kw(3 + 5)
    assert view(world(promised_less)).load.power == kw(3 + 2)
    # The excess of one does not make up for what another's reservation lacks.
    assert view(world(promised_more, promised_less)).load.power == kw(3 + 5 + 2)


def test_slices_count_a_gpu_each_until_all_are_busy() -> None:
    slices = [
        pod(f"s{number}", node="n1", containers=[container(**{"nvidia.com/mig-1g.10gb": 1})])
        for number in range(20)
    ]
    assert view(world(*slices[:5])).load.power == kw(8)
    assert view(world(*slices)).load.power == kw(11)


def test_a_node_that_is_not_ready_counts_at_its_maximum() -> None:
    seen = view(world(nodes=[node(ready=False)]))
    assert seen.load.power == kw(11)
    assert not seen.admits and "not Ready" in seen.why_not and "11 kW" in seen.why_not


def test_a_node_that_is_not_ready_keeps_what_was_promised_beyond_its_maximum() -> None:
    heavy = reserved(pod(node="n1", gpus=8), kw(20))
    assert view(world(heavy, nodes=[node(ready=False)])).load.power == kw(3 + 20)


def test_a_cordoned_node_admits_nothing_and_counts_as_it_is() -> None:
    seen = view(world(nodes=[node(unschedulable=True)]))
    assert (seen.admits, seen.why_not, seen.load.power) == (False, "cordoned", kw(3))


def test_announced_grants_and_holds_count_at_their_node() -> None:
    waiting = pod("w", gpus=2)
    seen = view(world(waiting, ledger=ledger(fence(waiting, power=kw(2)), hold())))
    assert (seen.load.power, seen.units) == (kw(3 + 2 + 1), 3)
    assert dict(seen.free.extended)[GPU] == 8 - 3
    assert seen.free.pods == 110 - 2


def test_pods_without_gpus_take_cpu_memory_and_slots() -> None:
    cpu_pod = pod("c", node="n1", gpus=0, containers=[container(cpu="28", memory="1Gi")])
    seen = view(world(cpu_pod))
    assert seen.load.power == kw(3)
    assert seen.free == Resources(100_000, 2**40 - 2**30, 0, 109, ((GPU, 8),))


def test_an_overcommitted_node_has_nothing_left_rather_than_less() -> None:
    seen = view(world(pod("c", node="n1", gpus=9, containers=[container(cpu="500", gpu=9)])))
    assert (seen.free.cpu_milli, dict(seen.free.extended)[GPU]) == (0, 0)


def test_unknown_hardware_counts_as_the_largest_server_and_admits_nothing() -> None:
    large = profile("b200", maximum=kw(14))
    announced = profile("r900", maximum=kw(600), announced=True)
    strange = world(nodes=[node(product="x1")], profiles=[profile(), large, announced])
    seen = view(strange)
    assert (seen.draw, seen.load.power, seen.admits) == (None, kw(14), False)
    (note,) = notes(build_snapshot(strange), "UnknownHardware")
    assert "14 kW" in note.sentence and note.name == "n1"


def test_a_node_without_gpus_in_a_rack_is_in_doubt_too() -> None:
    seen = view(world(nodes=[node(gpus=0, product="")]))
    assert (seen.load.power, seen.admits) == (kw(11), False)


def test_a_part_that_needs_liquid_does_not_run_in_an_air_rack() -> None:
    seen = view(world(profiles=[profile(needs_liquid=True)]))
    assert not seen.admits and "liquid" in seen.why_not
    assert seen.load.power == kw(3)


def test_listed_nodes_without_object_count_at_their_maximum() -> None:
    site = small_site()
    racks = (replace(site.racks[0], nodes=(listed(3),)), replace(site.racks[1], nodes=(listed(2, off=True),)))
    snapshot = build_snapshot(world(sites=[replace(site, racks=racks)]))
    assert load_of(snapshot).power == kw(3 + 2 * 11)
    assert load_of(snapshot, "r2") == NOTHING
    (note,) = notes(snapshot, "MissingNodes")
    assert (note.rack, note.sentence.split(":")[0]) == ("r1", "2 listed nodes have no Node object")


def test_a_node_of_another_profile_stands_for_a_listed_one() -> None:
    snapshot = build_snapshot(world(
        nodes=[node(product="b200")],
        profiles=[profile(), profile("b200", maximum=kw(14))],
        sites=[with_nodes(listed(1, "h200"), listed(1, "b200"), listed(1, "h200"))],
    ))  # fmt: skip
    assert load_of(snapshot).power == kw(3 + 2 * 11)


def test_a_small_server_that_is_not_listed_does_not_stand_for_a_large_one_that_is() -> None:
    small = profile("l4", idle=kw(0.3), host=kw(0.1), maximum=kw(1))
    snapshot = build_snapshot(world(
        nodes=[node(product="l4")], profiles=[profile(), small], sites=[with_nodes(listed(2))],
    ))  # fmt: skip
    assert load_of(snapshot).power == kw(0.4) + 2 * kw(11)


def test_a_missing_large_server_does_not_hide_behind_a_small_one_that_is_listed() -> None:
    small = profile("l4", idle=kw(0.3), host=kw(0.1), maximum=kw(1))
    running = reserved(pod(node="gone"), kw(1), node="gone")
    snapshot = build_snapshot(world(
        running, nodes=[], profiles=[profile(), small], sites=[with_nodes(listed(1, "l4"))],
    ))  # fmt: skip
    assert load_of(snapshot).power == kw(11) + kw(1)


def test_what_was_promised_beyond_the_maximum_counts_on_a_listed_missing_node() -> None:
    heavy = reserved(pod(node="gone", gpus=8), kw(20), node="gone")
    snapshot = build_snapshot(world(heavy, nodes=[], sites=[with_nodes(listed(1))]))
    assert load_of(snapshot).power == kw(3 + 20)


def test_a_profile_that_is_gone_does_not_take_back_what_was_promised() -> None:
    small = profile("l4", idle=kw(0.3), host=kw(0.1), maximum=kw(1))
    running = [reserved(pod(f"p{number}", node="n1"), kw(1)) for number in range(8)]
    assert view(world(*running, profiles=[small])).load.power == kw(8) + kw(0.4)


def test_a_listed_profile_that_does_not_exist_counts_as_the_largest() -> None:
    snapshot = build_snapshot(world(nodes=[], sites=[with_nodes(listed(1, "unheard-of"))]))
    assert load_of(snapshot).power == kw(11)


def test_a_node_that_is_down_and_listed_as_off_draws_nothing() -> None:
    down = [node("n1", ready=False), node("n2", ready=False)]
    snapshot = build_snapshot(world(nodes=down, sites=[with_nodes(listed(1, off=True))]))
    assert [seen.load.power for seen in snapshot.nodes] == [0, kw(11)]


def test_a_node_that_is_listed_as_off_and_runs_draws_power() -> None:
    assert view(world(sites=[with_nodes(listed(1, off=True))])).load.power == kw(3)


def test_a_deleted_node_counts_as_long_as_pods_are_on_it() -> None:
    snapshot = build_snapshot(world(reserved(pod(node="gone"), kw(1), node="gone"), nodes=[]))
    assert load_of(snapshot).power == kw(11)
    assert [note.name for note in notes(snapshot, "NodeMissing")] == ["gone"]


def test_a_deleted_node_that_is_listed_does_not_count_twice() -> None:
    site = with_nodes(listed(1))
    snapshot = build_snapshot(world(reserved(pod(node="gone"), kw(1), node="gone"), nodes=[], sites=[site]))
    assert load_of(snapshot).power == kw(11)


def test_a_hold_on_a_deleted_node_counts_at_its_rack() -> None:
    assert load_of(build_snapshot(world(nodes=[], ledger=ledger(hold(node="gone"))))).power == kw(11)


def test_an_unreadable_reservation_is_told() -> None:
    snapshot = build_snapshot(world(replace(pod(node="n1"), doubt="cannot be read")))
    assert [note.name for note in notes(snapshot, "Unreadable")] == ["default/p1"]
