"""A Kubernetes control plane as local processes: up in seconds, many side by side, gone with their owner."""

import secrets
import time
from pathlib import Path
from typing import Self

from hack import components, keys, kubeconfig, ports, tools
from hack.api import ApiError
from hack.stage_file import Pace
from hack.supervised import StartFailed, SupervisedCluster

_TRIES = 3
_DEFAULTS_LIMIT_S = 30.0


class LocalCluster(SupervisedCluster):
    """`with LocalCluster("mine") as cluster:` starts one and ends it; hack.access.Cluster says what it does.

    pods: "realistic" (seconds of start-up and termination, with jitter) or "fast". bench: no API priority and
    fairness, no node-lifecycle controller. detached: it outlives this process, until `down`.
    """

    def __init__(
        self, name: str = "", *, pods: Pace = "realistic", bench: bool = False, detached: bool = False
    ) -> None:
        super().__init__(name, detached)
        self._pods, self._bench = pods, bench

    @property
    def audit_log(self) -> Path:
        """Requests at level Metadata, as lines of JSON, but for the control plane's own."""
        return self.logs / "audit.jsonl"

    def start(self) -> Self:
        """Ready for use when this returns: API server, ServiceAccounts, scheduler and simulated kubelets."""
        tools.ensure()
        for attempt in range(1, _TRIES + 1):
            self._make_folder()
            try:
                self._launch(components.components(self._plan()))
                self._wait_for_defaults()
                break
            except StartFailed as failure:
                self.stop(keep_logs=True)
                if "address already in use" not in str(failure) or attempt == _TRIES:
                    raise
        return self

    def _plan(self) -> components.Plan:
        keys.make(self.run / "pki")
        etcd, peer, api = ports.free_ports(3)
        tokens = {user: secrets.token_urlsafe(24) for user in components.USERS}
        plan = components.Plan(self.run, etcd, peer, api, tokens, self._pods, self._bench)
        self.server, self.ca, self.admin_token = plan.server, plan.ca, tokens["admin"]
        kubeconfig.write(self.kubeconfig, self.server, self.ca, self.admin_token)
        return plan

    def _wait_for_defaults(self) -> None:
        """The controllers work once the default namespace has its ServiceAccount and its authority."""
        deadline = time.monotonic() + _DEFAULTS_LIMIT_S
        while not (self._has("serviceaccounts/default") and self._has("configmaps/kube-root-ca.crt")):
            self.check()
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"the controllers made no default ServiceAccount within {_DEFAULTS_LIMIT_S:.0f} s; "
                    f"see {self.logs / 'kube-controller-manager.log'}"
                )
            time.sleep(0.05)

    def _has(self, name: str) -> bool:
        try:
            self.api.get(f"/api/v1/namespaces/default/{name}")
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True
