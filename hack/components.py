"""The command lines of the local control plane. Everything listens on 127.0.0.1 only."""

import json
from dataclasses import dataclass
from pathlib import Path

from hack import kubeconfig, stage_file, tools
from hack.supervisor import Component

USERS = {
    "admin": "system:masters",
    "kwok": "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
}

# Requests of people, tests and the operator. The control plane's own would be nine lines out of ten; but who
# deleted a pod is asked of all of them.
_AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Metadata, verbs: [delete, deletecollection], resources: [{resources: [pods]}]}
- {level: None, users: [kwok, "system:kube-controller-manager", "system:kube-scheduler", "system:apiserver"]}
- {level: None, userGroups: ["system:serviceaccounts:kube-system"]}
- {level: None, nonResourceURLs: ["/readyz*", "/livez*", "/healthz*"]}
- level: Metadata
"""

# A simulated kubelet renews its lease every quarter of this. Long, as a thousand of them share two cores.
_LEASE_S = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cluster is made of. `bench`: no API priority and fairness, no node-lifecycle controller."""

    run: Path
    etcd_port: int
    peer_port: int
    api_port: int
    tokens: dict[str, str]
    pods: stage_file.Pace
    bench: bool

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.api_port}"

    @property
    def ca(self) -> Path:
        return self.run / "pki" / "ca.crt"

    def kubeconfig_of(self, user: str) -> str:
        return str(
            kubeconfig.write(
                self.run / f"{user.removeprefix('system:')}.kubeconfig",
                self.server,
                self.ca,
                self.tokens[user],
            )
        )


def components(plan: Plan) -> list[Component]:
    """In the order of their start."""
    return [_etcd(plan), _api_server(plan), _controller_manager(plan), _scheduler(plan), kwok(plan)]


def _etcd(plan: Plan) -> Component:
    client, peer = f"http://127.0.0.1:{plan.etcd_port}", f"http://127.0.0.1:{plan.peer_port}"
    return _component(
        "etcd",
        data_dir=plan.run / "etcd",
        listen_client_urls=client,
        advertise_client_urls=client,
        listen_peer_urls=peer,
        initial_advertise_peer_urls=peer,
        initial_cluster=f"default={peer}",
        unsafe_no_fsync=True,
    )


def _api_server(plan: Plan) -> Component:
    pki, audit = plan.run / "pki", plan.run / "audit-policy.yaml"
    audit.write_text(_AUDIT_POLICY)
    tokens = pki / "tokens.csv"
    tokens.write_text(
        "".join(f"{token},{user},{user},{USERS[user]}\n" for user, token in plan.tokens.items())
    )
    unlimited = {
        "enable_priority_and_fairness": False,
        "max_requests_inflight": 0,
        "max_mutating_requests_inflight": 0,
        # Nobody would take its taint off new nodes.
        "disable_admission_plugins": "TaintNodesByCondition",
    }
    return _component(
        "kube-apiserver",
        ready=f"{plan.server}/readyz",
        etcd_servers=f"http://127.0.0.1:{plan.etcd_port}",
        bind_address="127.0.0.1",
        secure_port=plan.api_port,
        tls_cert_file=pki / "server.crt",
        tls_private_key_file=pki / "server.key",
        cert_dir=pki / "kube-apiserver",
        token_auth_file=tokens,
        authorization_mode="RBAC",
        service_cluster_ip_range="10.0.0.0/16",
        service_account_issuer="https://kubernetes.default.svc",
        service_account_key_file=pki / "service-accounts.key",
        service_account_signing_key_file=pki / "service-accounts.key",
        # One worker would need 7 s to delete a thousand nodes between two tests.
        delete_collection_workers=16,
        audit_policy_file=audit,
        audit_log_path=plan.run / "log" / "audit.jsonl",
        **(unlimited if plan.bench else {}),
    )


def _controller_manager(plan: Plan) -> Component:
    off = ["-nodeipam", "-node-lifecycle-controller"] if plan.bench else ["-nodeipam"]
    return _component(
        "kube-controller-manager",
        kubeconfig=plan.kubeconfig_of("system:kube-controller-manager"),
        secure_port=0,
        authentication_skip_lookup=True,
        leader_elect=False,
        controllers=",".join(["*", *off]),
        service_account_private_key_file=plan.run / "pki" / "service-accounts.key",
        root_ca_file=plan.ca,
        use_service_account_credentials=True,
        kube_api_qps=500,
        kube_api_burst=1000,
        concurrent_replicaset_syncs=20,
        concurrent_deployment_syncs=20,
        node_monitor_grace_period=f"{_LEASE_S}s",
        horizontal_pod_autoscaler_sync_period="2s",
    )


def _scheduler(plan: Plan) -> Component:
    config = plan.run / "scheduler.json"
    connection = {"kubeconfig": plan.kubeconfig_of("system:kube-scheduler"), "qps": 2000, "burst": 4000}
    config.write_text(
        json.dumps(
            {
                "apiVersion": "kubescheduler.config.k8s.io/v1",
                "kind": "KubeSchedulerConfiguration",
                "clientConnection": connection,
                "leaderElection": {"leaderElect": False},
            }
        )
    )
    return _component("kube-scheduler", config=config, secure_port=0, authentication_skip_lookup=True)


def kwok(plan: Plan) -> Component:
    """The simulated kubelets of every node."""
    stages = stage_file.write(plan.run / "stages.yaml", plan.pods)
    return _component(
        "kwok",
        kubeconfig=plan.kubeconfig_of("kwok"),
        manage_all_nodes=True,
        config=stages,
        cidr="10.64.0.0/12",
        node_lease_duration_seconds=_LEASE_S,
    )


def _component(program: str, ready: str = "", **flags: object) -> Component:
    argv = [
        str(tools.path(program)),
        *(f"--{name.replace('_', '-')}={_text(value)}" for name, value in flags.items()),
    ]
    return Component(program, argv, ready)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
