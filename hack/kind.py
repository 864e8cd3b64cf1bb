"""The same cluster on kind, for machines with a container engine (CLUSTER=kind).

kind brings the control plane; KWOK runs here as a process and plays the kubelets of the simulated nodes only.
There is no audit log. The project's own checks run without a container engine, so this path is exercised by
hand only.
"""

import base64
import subprocess
from typing import Any, Self

import yaml

from hack import kubeconfig, stage_file, tools
from hack.nodes import SIMULATED
from hack.stage_file import Pace
from hack.supervised import StartFailed, SupervisedCluster
from hack.supervisor import Component

# kind's controller manager gives a silent kubelet 50 s; KWOK renews every quarter of the lease.
_LEASE_S = 40
_ADMIN = "ampacity-admin"
_READY_LIMIT = "180s"


class KindCluster(SupervisedCluster):
    """`with KindCluster() as cluster:`; hack.access.Cluster says what it does."""

    node_selector = SIMULATED

    def __init__(self, name: str = "", *, pods: Pace = "realistic", detached: bool = False) -> None:
        super().__init__(name or "ampacity", detached)
        self._pods = pods

    def start(self) -> Self:
        """Ready for use when this returns; pulling the node image can take minutes the first time."""
        tools.ensure(tools.KIND)
        self._make_folder()
        print(f"Starting the kind cluster {self.name} (1 to 3 minutes)", flush=True)
        self._kind("create", "cluster", "--kubeconfig", str(self.kubeconfig), "--wait", _READY_LIMIT)
        self._adopt(yaml.safe_load(self.kubeconfig.read_text()))
        self._launch([self._kwok()])
        return self

    def stop(self, keep_logs: bool = False) -> None:
        """Delete the kind cluster and end KWOK."""
        self._kind("delete", "cluster")
        super().stop(keep_logs)

    def _kind(self, *args: str) -> None:
        command = [str(tools.path("kind")), *args, "--name", self.name]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise StartFailed(f"{' '.join(command)}\n{done.stderr}")

    def _adopt(self, config: dict[str, Any]) -> None:
        """Take server and authority from kind's kubeconfig, and replace its certificates by a token."""
        cluster = config["clusters"][0]["cluster"]
        self.server, self.ca = cluster["server"], self.run / "ca.crt"
        self.ca.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
        self.kubectl("create", "serviceaccount", _ADMIN, "-n", "kube-system")
        self.kubectl(
            "create", "clusterrolebinding", _ADMIN, "--clusterrole=cluster-admin",
            f"--serviceaccount=kube-system:{_ADMIN}",
        )  # fmt: skip
        self.admin_token = self.kubectl(
            "create", "token", _ADMIN, "-n", "kube-system", "--duration=24h"
        ).strip()
        kubeconfig.write(self.kubeconfig, self.server, self.ca, self.admin_token)

    def _kwok(self) -> Component:
        stages = stage_file.write(self.run / "stages.yaml", self._pods)
        argv = [
            str(tools.path("kwok")),
            f"--kubeconfig={self.kubeconfig}",
            f"--manage-nodes-with-label-selector={SIMULATED}",
            f"--config={stages}",
            f"--node-lease-duration-seconds={_LEASE_S}",
        ]
        return Component("kwok", argv)
