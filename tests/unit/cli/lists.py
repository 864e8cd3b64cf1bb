"""A small cluster as its lists: three racks behind two feeds, two pods placed and one that waits."""

import copy

from ampacity import names
from ampacity.cli.fetch.objects import Objects
from tests.builders.tape import ENVELOPE, PROFILE, node, pinned, pod, reservation


def envelope(**spec):
    site = copy.deepcopy(ENVELOPE)
    feeds = [
        {"name": "a", "type": "Feed", "capacity": "24kW", "failureDomain": True},
        {"name": "b", "type": "Feed", "capacity": "30kW", "failureDomain": True},
    ]
    site["spec"] |= {"domains": feeds, "racks": [{"names": "r[1-3]", "power": ["a", "b"], "limit": "11kW"}]}
    site["spec"] |= spec
    site["status"] = {"observedGeneration": 1}
    return site


def granted(name, at):
    running = pod(name, gated=False, at=at)
    running["metadata"]["annotations"] = {names.RESERVATION: reservation(at)}
    running["spec"]["affinity"] = pinned(at)
    return running


def waiting(name, message):
    gated = pod(name, gpus=8)
    gated["status"]["conditions"] = [
        {"type": names.POWERED, "status": "False", "reason": "InsufficientPower", "message": message}
    ]
    return gated


def pool(**status):
    template = {"spec": {"containers": [{"name": "main", "image": "example/main"}]}}
    return {
        "apiVersion": "ampacity.io/v1alpha1",
        "kind": "GPUInferencePool",
        "metadata": {"name": "chat", "namespace": "ai", "uid": "pool", "generation": 1},
        "spec": {"replicas": 5, "gpusPerReplica": 4, "accelerators": ["x"], "template": template},
        "status": {"observedGeneration": 1} | status,
    }


def of_pool(name, at):
    running = granted(name, at)
    running["metadata"]["labels"] = {names.POOL: "chat", names.SITE: "par1"}
    return running


def objects(**lists):
    nodes = [node("n1", "r1"), node("n2", "r2"), node("n3", "r3")]
    given = {
        "holds": [],
        "revisions": [],
        "envelopes": [envelope()],
        "profiles": [copy.deepcopy(PROFILE)],
        "models": [],
        "pools": [],
        "deployments": [],
        "namespaces": [{"metadata": {"name": "ai", "uid": "ai"}}],
        "nodes": nodes,
        "pods": [granted("p1", "n1"), granted("p2", "n2"), waiting("p3", "no room in par1")],
        "namespace": "ai",
    }
    return Objects(**(given | lists))
