"""Valid objects to damage, one list a kind, with every part that the operator reads filled in somewhere."""

from __future__ import annotations

from typing import Any

from ampacity import names
from tests.builders import resources
from tests.builders.kube import GPU, REQUIRED

Json = dict[str, Any]
SITE = "fuzz-site"
BOX = "NVIDIA-BOX"
_PLATE = {"voltage": "400V", "current": "32A", "phases": 3, "powerFactor": 0.95}


def seeds(plural: str) -> list[Json]:
    """Valid objects of a kind, without a name."""
    return _SEEDS[plural]()


def _envelopes() -> list[Json]:
    return [
        resources.envelope(labels={"region": "north"}),
        resources.envelope(
            each={"b": "1-3", "f": "a,b"},
            domains=[
                {"name": "grid", "type": "Utility", "capacity": "1MW", "baseLoad": "3kW"},
                {"name": "ups-{f}", "type": "UPS", "units": "4x50kW", "spare": 1, "efficiency": "96%",
                 "suppliers": [{"name": "grid", "share": "100%"}], "failureDomain": True},
                {"name": "pdu-{b}-{f}", "type": "PDU", "rating": _PLATE, "imbalance": "10%",
                 "suppliers": ["ups-{f}"], "state": "Healthy"},
            ],
            cooling=[
                {"name": "cdu", "medium": "Liquid", "units": "3x80kW", "spare": 1, "coolingPower": 0.05,
                 "power": ["ups-a", "ups-b"], "failureDomain": True},
                {"name": "room", "medium": "Air", "capacity": "60kW", "type": "CRAC"},
            ],
            racks=[
                {"names": "r{b}-[1-4]", "power": [
                    {"name": "pdu-{b}-a", "share": "60%", "breaker": "17kW"},
                    {"name": "pdu-{b}-b", "share": "60%", "breaker": _PLATE}],
                 "liquid": "cdu", "air": {"name": "room", "limit": "9kW"}, "limit": "17kW",
                 "shelves": "8x3.3kW", "baseLoad": {"watts": "1kW", "air": "200W"},
                 "nodes": [{"count": 1, "profile": "box-8", "off": True}, "1x box-8"],
                 "nodeNames": ["gpu-{rack}-[1-4]"]},
            ],
            location={"country": "SE", "region": "norrbotten", "latitude": 65.6, "longitude": 22.1},
            keepRedundancy=True,
            latency=[{"region": "paris", "milliseconds": 4.2}],
            uplink={"gigabitsPerSecond": 10},
            state="Lost",
        ),
        resources.envelope(
            domains=[{"name": f"bus-{i}", "type": "Busway", "capacity": "90kW", "failureDomain": True}
                     for i in range(4)],
            cooling=None,
            racks=[{"names": "r[01-20]", "power": [f"bus-{i}" for i in range(4)]}],
        ),
    ]  # fmt: skip


def _profiles() -> list[Json]:
    return [
        resources.profile(),
        resources.profile(
            displayName="Box, liquid", cooling="Either", powerSupplies="6x3.3kW", announced=True,
            match={"products": ["NVIDIA-FUZZ-*"], "machines": ["*BOX*"], "labels": {"a": "b"}},
            node={"idle": "2kW", "host": "500W", "maximum": "9kW", "airIdle": "1kW", "airMaximum": "2kW"},
            gpu={"tdp": "700W", "minimum": "200W", "idle": "75W"},
            sources=[{"figures": ["gpu.tdp"], "document": "Guide", "says": "700 W"}],
        ),
    ]  # fmt: skip


def _models() -> list[Json]:
    return [
        resources.model(),
        resources.model(
            displayName="Chat, large", license="mit", cacheBytesPerToken=131072,
            parameters={"billions": 30.5, "activeBillions": 3.3},
            weights=[{"precision": "FP4", "gigabytes": 17.2}, {"precision": "FP8", "gigabytes": 30.5}],
            fits=[resources.fit("box-8", 2, memoryGigabytes=90, tensorParallel=1),
                  resources.fit("nowhere", 8, precision="FP4", sources=[
                      {"figures": ["decodeTokensPerSecond"], "document": "Table", "says": "1,000/s."}])],
            sources=[{"figures": ["weights"], "estimated": "Parameters times bytes."}],
        ),
    ]  # fmt: skip


def _pools() -> list[Json]:
    return [
        resources.pool(namespace="fuzz"),
        resources.pool(
            namespace="fuzz", replicas=3, accelerators=["box-8"], gpusPerReplica=2, gpuResource=GPU,
            priority=7,
            placement={"tiers": ["Edge"], "siteSelector": {"matchLabels": {}}, "mustSurvive": ["UPS"]},
            template={"metadata": {"labels": {"app": "x"}, "annotations": {"c": "d"}}, "spec": pod_spec()},
        ),
        resources.pool(
            namespace="fuzz", template=None, accelerators=["box"],
            model={"profile": "phi-4", "engine": "SGLang", "image": "x", "args": ["--a=1"], "secret": "s"},
        ),
        resources.pool(
            namespace="fuzz", accelerators=["box"],
            demand={"utilization": 0.5, "modelProfile": "chat-8b", "regions": [
                {"region": "paris", "requestsPerSecond": 1.5, "inputTokens": 100, "outputTokens": 10,
                 "cacheHitRate": 0.5, "query": "up", "servedFrom": ["FR", "DE/bavaria"],
                 "location": {"latitude": 48.9, "longitude": 2.4}},
                {"region": SITE, "requestsPerSecond": 3, "inputTokens": 100, "outputTokens": 10},
            ]},
            latency={"roundTripMilliseconds": 80, "timeToFirstTokenMilliseconds": 5000},
            placement={"tiers": ["Edge", "Central"], "overflow": False,
                       "spread": {"sites": 1, "maxSharePercent": 100, "surviveSiteLoss": False}},
            serving={
                "port": 8000, "hostnames": ["chat.example.com", "*.example.org"],
                "gateways": [
                    {"name": "gate", "namespace": "ingress", "sectionName": "https", "region": "paris"},
                    {"name": "gate", "namespace": "ingress", "sectionName": "other"},
                ],
                "endpointPicker": {"name": "{pool}-{site}-epp", "port": 9002, "failureMode": "FailOpen"},
            },
        ),
    ]  # fmt: skip


def pod_spec() -> Json:
    """A pod spec with everything that decides where it may run."""
    selector = {"labelSelector": {"matchLabels": {"app": "x"}}, "topologyKey": "kubernetes.io/hostname"}
    term = {"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["5"]}]}
    return {
        "containers": [
            {"name": "main", "image": "pause", "env": [{"name": "A", "value": "b"}],
             "resources": {"requests": {"cpu": "500m"}, "limits": {GPU: "2", "memory": "1Gi"}}},
        ],
        "initContainers": [
            {"name": "first", "image": "pause", "restartPolicy": "Always",
             "resources": {"limits": {"cpu": "1"}}},
        ],
        "nodeSelector": {"zone": "z1"},
        "tolerations": [{"key": "x", "operator": "Exists", "effect": "NoSchedule"}],
        "affinity": {
            "nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term]}},
            "podAntiAffinity": {REQUIRED: [selector]},
        },
        "topologySpreadConstraints": [{**selector, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
        "terminationGracePeriodSeconds": 0,
    }  # fmt: skip


def _pods() -> list[Json]:
    gate, container = {"name": names.GATE}, {"name": "main", "image": "pause"}
    asking = {**container, "resources": {"limits": {GPU: "1"}}}
    return [
        _pod({"containers": [asking], "schedulingGates": [gate]}),
        _pod({"containers": [asking], "schedulingGates": [gate, {"name": "example.com/other"}]}),
        _pod({"containers": [asking], "nodeName": "fuzz-node"}),
        _pod(
            {**pod_spec(), "schedulingGates": [gate]},
            labels={"app": "x", names.SITE: SITE, names.POOL: "p"},
            annotations={
                names.SINCE: "5", names.MUST_SURVIVE: "UPS,CDU", names.ACCELERATORS: "box-8,box",
            },
        ),
        _pod(
            {"containers": [asking], "schedulingGates": [gate], "overhead": {}, "priority": 0},
            annotations={names.RESERVATION: '{"site":"a","rack":"b","node":"c","profile":"d","power":1}'},
        ),
        _pod({"containers": [asking], "schedulerName": names.SCHEDULER}),
    ]  # fmt: skip


def _pod(spec: Json, **metadata: Json) -> Json:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _nodes() -> list[Json]:
    sizes = {"cpu": "64", "memory": "256Gi", "pods": "110", "ephemeral-storage": "1Ti", GPU: "8"}
    labels = {
        names.SITE: SITE, names.RACK: "r1", "nvidia.com/gpu.product": BOX, "nvidia.com/gpu.count": "8",
        "nvidia.com/gpu.machine": "BOX-8", "zone": "z1", "a": "7",
    }  # fmt: skip
    by_labels = {
        names.RACK: "r9", names.RACK_POWER: "17kW", names.RACK_COOLING: "liquid", names.RACK_LOOP: "cdu",
    }  # fmt: skip
    status = {
        "capacity": sizes, "allocatable": sizes, "conditions": [{"type": "Ready", "status": "True"}],
    }  # fmt: skip
    taint = {"key": "x", "value": "y", "effect": "NoSchedule"}
    return [
        {"apiVersion": "v1", "kind": "Node", "metadata": {"labels": labels}, "status": status},
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"labels": labels | by_labels},
            "spec": {"taints": [taint], "unschedulable": False},
            "status": status,
        },
    ]


_SEEDS = {
    "sitepowerenvelopes": _envelopes,
    "acceleratorprofiles": _profiles,
    "modelprofiles": _models,
    "gpuinferencepools": _pools,
    "pods": _pods,
    "nodes": _nodes,
}
