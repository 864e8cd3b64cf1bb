"""`top` and `explain` on a cluster that is only its lists."""

import json
from pathlib import Path

from ampacity import names
from ampacity.cli.fetch.live import read_live
from ampacity.cli.main import main
from ampacity.core.ledger import FenceEntry, Hold, Ledger
from ampacity.core.load import Load
from ampacity.core.snapshot import Resources
from ampacity.translate.ledger.codec import encode_ledger
from tests.builders.tape import KW, PROFILE, Tape, pod
from tests.golden import assert_golden
from tests.unit.cli.lists import envelope, granted, objects, of_pool, pool, waiting

GOLDEN = Path(__file__).parent / "golden"


def test_top_shows_sites_racks_and_what_waits(cluster, capsys):
    message = "3 of 5 replicas wait: par1: rack r3: feed a short by 4 kW if feed b fails"
    conditions = [{"type": "Waiting", "status": "True", "reason": "InsufficientPower", "message": message}]
    cluster(pools=[pool(waiting=3, conditions=conditions)])
    assert main(["top"]) == 0
    assert_golden(GOLDEN / "top.txt", capsys.readouterr().out.rstrip("\n"))


def test_top_of_one_site_and_of_one_that_is_not_there(cluster, capsys):
    second = envelope()
    second["metadata"] = {"name": "lyon", "uid": "lyon", "generation": 1}
    cluster(envelopes=[envelope(), second])
    assert main(["top", "lyon", "oslo"]) == 2
    printed = capsys.readouterr()
    assert "lyon  Edge" in printed.out and "par1  Edge" not in printed.out
    assert printed.err == "There is no accepted SitePowerEnvelope oslo.\n"


def test_a_refused_generation_is_told_and_the_accepted_one_is_shown(cluster, capsys):
    bad = envelope(domains=[])
    bad["metadata"]["generation"] = 2
    revision = {
        "metadata": {"labels": {names.ACCEPTED: "SitePowerEnvelope"}},
        "revision": 1,
        "data": {"name": "par1", "uid": "par1", "spec": envelope()["spec"]},
    }
    cluster(envelopes=[bad], revisions=[revision])
    main(["top"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "Feed a" in printed
    assert "SitePowerEnvelope par1: generation 2 is refused (spec.domains" in printed
    assert "an earlier one is in force" in printed


def test_a_deleted_profile_counts_while_nodes_need_it():
    record = {
        "metadata": {"labels": {names.ACCEPTED: "AcceleratorProfile"}},
        "revision": 1,
        "data": {"name": "x8", "uid": "x8", "spec": PROFILE["spec"]},
    }
    live = read_live(objects(profiles=[], revisions=[record]))
    assert [(profile.name, profile.deleted) for profile in live.world.profiles] == [("x8", True)]
    texts = [remark.text for remark in live.remarks]
    assert texts == ["AcceleratorProfile x8 was deleted; its last figures count while they are needed."]


def test_explain_a_pod_that_has_its_place(cluster, capsys):
    cluster()
    assert main(["explain", "pod/p1"]) == 0
    assert_golden(GOLDEN / "explain-placed.txt", capsys.readouterr().out.rstrip("\n"))


def test_explain_a_pod_that_waits_names_every_limit_that_is_short(cluster, capsys):
    waits = pod("p4", gpus=3)
    feeds = [{"name": name, "type": "Feed", "capacity": "20kW", "failureDomain": True} for name in "ab"]
    racks = [{"names": "r[1-3]", "power": ["a", "b"], "limit": "7kW"}]
    pods = [*(granted(f"p{n}", f"n{n}") for n in (1, 2, 3)), waits]
    cluster(envelopes=[envelope(racks=racks, domains=feeds)], pods=pods)
    assert main(["explain", "p4", "-n", "ai"]) == 1
    assert_golden(GOLDEN / "explain-waiting.txt", capsys.readouterr().out.rstrip("\n"))


def test_explain_a_pool(cluster, capsys):
    cluster(pools=[pool()], pods=[of_pool("c1", "n1"), of_pool("c2", "n2")])
    assert main(["explain", "chat"]) == 1
    assert_golden(GOLDEN / "explain-pool.txt", capsys.readouterr().out.rstrip("\n"))


def test_explain_a_pod_whose_grant_is_on_its_way(cluster, capsys):
    entry = FenceEntry(
        "p3", "ai/p3", "1", "n3", "par1", "r3", "x8", 8, Load(8 * KW, 8 * KW), Resources(), 1
    )
    gated = waiting("p3", "")
    gated["metadata"]["resourceVersion"] = "1"
    holds = [{"data": {"ledger": encode_ledger(Ledger(fence=(entry,)))}}]
    cluster(pods=[gated], holds=holds)
    assert main(["explain", "p3"]) == 0
    assert "has been given its place" in capsys.readouterr().out


def test_a_grant_that_has_landed_is_not_counted_twice():
    entry = FenceEntry(
        "p1", "ai/p1", "1", "n1", "par1", "r1", "x8", 4, Load(4 * KW, 4 * KW), Resources(), 1
    )
    hold = Hold("h", "Deployment/ai/x", "n2", "par1", "r2", "x8", 4, Load(4 * KW), Resources(), 0)
    holds = [{"data": {"ledger": encode_ledger(Ledger(fence=(entry,), holds=(hold,)))}}]
    world = read_live(objects(holds=holds)).world
    assert world.ledger.fence == ()
    assert world.ledger.holds == (hold,)


def test_an_unreadable_ledger_is_told(cluster, capsys):
    cluster(holds=[{"data": {"ledger": "{"}}])
    main(["top"])
    assert "ConfigMap ampacity-holds: the stored ledger cannot be read" in capsys.readouterr().out


def test_nothing_of_that_name(cluster, capsys):
    cluster()
    assert main(["explain", "pool/p1"]) == 2
    assert capsys.readouterr().err == "There is no GPU pool ai/p1.\n"


def test_audit_of_a_recorded_history(tmp_path, capsys):
    tape = Tape.of_site()
    tape.pod("p1")
    tape.grant("p1", at="n1", announce=False)
    file = tmp_path / "history.jsonl"
    file.write_text("\n".join(map(json.dumps, tape.records)) + '\n{"t": 1')
    assert main(["audit", "--replay", str(file)]) == 1
    printed = capsys.readouterr()
    assert "1 grant judged, 1 finding" in printed.out and "GrantUnannounced" in printed.out
    assert "cut off; judged up to there" in printed.err
