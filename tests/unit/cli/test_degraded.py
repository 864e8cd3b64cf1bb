"""`top` and `explain` where something is lost, unknown, refused or stale: no better than it is."""

import pytest

from ampacity.cli.main import main
from tests.unit.cli.lists import envelope, granted, pool

FAILED = {"name": "a", "type": "UPS", "capacity": "24kW", "failureDomain": True, "state": "Failed"}
ALIVE = {"name": "b", "type": "UPS", "capacity": "30kW", "failureDomain": True}


def half_dark():
    racks = [{"names": "r[1-2]", "power": ["a", "b"]}, {"names": "r3", "power": ["a"]}]
    return envelope(domains=[FAILED, ALIVE], racks=racks)


def test_without_profiles_what_nodes_draw_is_unknown_and_not_nothing(cluster, capsys):
    cluster(profiles=[])
    assert main(["top"]) == 0
    printed = capsys.readouterr().out
    assert "par1  Edge  3 racks, 0/? GPUs in use" in printed
    assert printed.count("unknown of 11 kW      0/? GPUs") == 3
    assert "of 24 kW, the rest is unknown" in printed
    assert "offers no accelerators" not in printed


def test_without_profiles_nothing_is_said_of_failures(cluster, capsys):
    cluster(profiles=[])
    main(["explain", "pod/p1"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "hat its node draws is not known" in printed
    assert "survives every single failure" not in printed


def test_listed_nodes_without_profiles_are_unknown_too(cluster, capsys):
    racks = [{"names": "r1", "power": ["a", "b"], "limit": "11kW", "nodes": "2x x8"}]
    cluster(profiles=[], nodes=[], pods=[], envelopes=[envelope(racks=racks)])
    main(["top"])
    printed = capsys.readouterr().out
    assert "unknown of 11 kW      0/? GPUs" in printed
    assert "There is no AcceleratorProfile in the cluster" in printed


def test_listed_nodes_that_are_missing_are_told(cluster, capsys):
    racks = [{"names": "r1", "power": ["a", "b"], "nodes": "2x x8"}]
    cluster(nodes=[], pods=[], envelopes=[envelope(racks=racks)])
    main(["top"])
    assert "2 listed nodes have no Node object: counted at 20 kW" in capsys.readouterr().out


def test_a_lost_rack_is_marked_and_a_dead_domain_has_no_figures(cluster, capsys):
    cluster(envelopes=[half_dark()], pods=[])
    main(["top"])
    printed = capsys.readouterr().out
    assert "lost: no live power" in printed and "out of service" in printed


def test_a_pod_in_a_lost_rack_survives_nothing(cluster, capsys):
    cluster(envelopes=[half_dark()], pods=[granted("p1", "n3")])
    main(["explain", "p1"])
    printed = capsys.readouterr().out
    assert "Its rack is lost, it has no live power now: UPS a is declared Failed." in printed
    assert "survives" not in printed


def test_with_something_declared_failed_only_the_present_state_is_held(cluster, capsys):
    cluster(envelopes=[half_dark()], pods=[granted("p1", "n1")])
    main(["explain", "p1"])
    printed = capsys.readouterr().out
    assert "Only the present state is held, and no further failure, since UPS a is declared" in printed
    assert "survives" not in printed


def test_a_forecast_is_no_fact(cluster, capsys):
    cluster()
    assert main(["explain", "p3"]) == 1
    assert capsys.readouterr().out == (
        "ai/p3 waits: no room in par1.\n  The planner would now place it on node n3 at par1.\n"
    )


@pytest.mark.parametrize("reason", ["InvalidSpec", "PodsNotCreated"])
def test_what_a_pool_says_of_itself_is_told_once(cluster, capsys, reason):
    conditions = [
        {"type": kind, "status": status, "reason": reason, "message": "what is wrong"}
        for kind, status in (("Ready", "False"), ("Stalled", "True"), ("Reconciling", "True"))
    ]
    cluster(pools=[pool(conditions=conditions)])
    assert main(["explain", "pool/chat"]) == 1
    assert capsys.readouterr().out.count(f"Its status says {reason}: what is wrong") == 1


def test_a_refused_pool_is_explained_and_bothers_nobody_else(cluster, capsys):
    refused = pool()
    refused["spec"]["gpusPerReplica"] = "many"
    cluster(pools=[refused])
    assert main(["explain", "pool/chat"]) == 1
    assert "GPUInferencePool ai/chat is refused (spec.gpusPerReplica" in capsys.readouterr().out
    main(["explain", "p1"])
    printed = capsys.readouterr()
    assert "refused" not in printed.out + printed.err


@pytest.mark.parametrize(
    ("generation", "status", "said"),
    [
        (1, {"observedGeneration": -1}, "The operator has never looked at it"),
        (3, {"observedGeneration": 2}, "at generation 3 yet, its status is of generation 2"),
    ],
)
def test_a_stale_status_is_said_to_be_stale(cluster, capsys, generation, status, said):
    old = pool(**status)
    old["metadata"]["generation"] = generation
    cluster(pools=[old])
    main(["explain", "chat"])
    assert said in " ".join(capsys.readouterr().out.split())


def test_explain_says_which_kinds_it_knows(cluster, capsys):
    cluster()
    assert main(["explain", "deploy/x"]) == 2
    assert "explain knows pools and pods (pool/NAME, pod/NAME), and not deploy." in capsys.readouterr().err
