"""What a test or the demo does with a running cluster, however that cluster came to be."""

import hashlib
import os
import subprocess
from functools import cached_property
from pathlib import Path

from hack import cleanup, kubeconfig, nodes, tools
from hack.api import Api


class CommandFailed(Exception):
    """kubectl or helm ended with an error; the text is what it printed."""


class Cluster:
    """A running control plane. Subclasses set these attributes before anything else is used.

    run: folder of everything this cluster wrote. server: https://host:port. ca: certificate authority of
    `server`. node_selector: label selector of the simulated nodes; empty where all nodes are simulated.
    """

    run: Path
    server: str
    ca: Path
    admin_token: str
    node_selector = ""

    @property
    def audit_log(self) -> Path | None:
        """Requests at level Metadata, as lines of JSON; None where there is no such log."""
        return None

    @property
    def kubeconfig(self) -> Path:
        """Administrator's kubeconfig."""
        return self.run / "kubeconfig"

    @property
    def logs(self) -> Path:
        """One file per process; the place for a test's own processes too."""
        return self.run / "log"

    @cached_property
    def api(self) -> Api:
        """Raw requests as administrator."""
        return Api(self.server, self.admin_token, self.ca)

    def kubectl(self, *args: str, input: str | None = None) -> str:
        """What kubectl printed. CommandFailed carries its stderr."""
        return self._run(["kubectl", "--kubeconfig", str(self.kubeconfig), *args], input)

    def helm(self, *args: str) -> str:
        """What helm printed. CommandFailed carries its stderr."""
        return self._run(["helm", "--kubeconfig", str(self.kubeconfig), *args], None)

    def token(self, namespace: str, service_account: str, seconds: int = 3600 * 8) -> str:
        """A fresh token of a ServiceAccount, minted by the API server."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{service_account}/token"
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds},
        }
        token: str = self.api.post(path, request)["status"]["token"]
        return token

    def kubeconfig_for(self, token: str) -> Path:
        """A kubeconfig with that token."""
        name = hashlib.sha256(token.encode()).hexdigest()[:12]
        return kubeconfig.write(self.run / f"kubeconfig-{name}", self.server, self.ca, token)

    def add_nodes(self, *lines: str) -> list[str]:
        """Create simulated nodes, e.g. `8 x H100 in rack r07 of par1` (see hack.shape_line). Their names."""
        return nodes.create(self.api, lines)

    def reset(self, keep: tuple[str, ...] = ()) -> None:
        """Delete all nodes, our resources and every namespace a user made, less those to keep. CRDs stay."""
        cleanup.reset(self.api, self.node_selector, keep)

    def check(self) -> None:
        """Raise if a process of the cluster is gone."""

    def _run(self, command: list[str], input: str | None) -> str:
        program = str(tools.path(command[0]))
        environment = os.environ | {
            "HELM_CACHE_HOME": str(self.run / "helm"),
            "HELM_CONFIG_HOME": str(self.run / "helm"),
            "HELM_DATA_HOME": str(self.run / "helm"),
        }
        done = subprocess.run(
            [program, *command[1:]], input=input, capture_output=True, text=True, env=environment
        )
        if done.returncode != 0:
            self.check()
            raise CommandFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout
