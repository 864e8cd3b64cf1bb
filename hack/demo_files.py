"""The demo's files: its nodes, what `ampacity plan` says of them, and what a cluster has made of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from hack import settled
from hack.access import Cluster, CommandFailed

FILES = Path(__file__).resolve().parent.parent / "examples" / "demo"
AMPACITY = Path(sys.executable).with_name("ampacity")
_POOLS = "/apis/ampacity.io/v1alpha1/gpuinferencepools"
_FITS, _WAITS = 0, 1

Places = dict[str, dict[str, int]]
"""Replicas that have a place: owner to site to count."""


def node_lines() -> list[str]:
    """The nodes, as `Cluster.add_nodes` takes them."""
    lines = (FILES / "nodes.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def foretold() -> Places:
    """What `ampacity plan` says, with no cluster."""
    command = [str(AMPACITY), "plan", "-f", str(FILES), "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (_FITS, _WAITS):
        raise CommandFailed(f"{' '.join(command)}\n{done.stderr}")
    return {demand["name"]: demand["placed"] for demand in json.loads(done.stdout)["demand"]}


def placed(cluster: Cluster) -> Places:
    """What has a place in a cluster: pools by their status, the plain Deployment by its pods."""
    return {**_pools(cluster), "demo/video": _video(cluster)}


def waiting_reasons(cluster: Cluster) -> set[str]:
    """Every reason for which something waits, at any site."""
    sites = [site for pool in cluster.api.items(_POOLS) for site in pool["status"]["sites"]]
    pods = [pod.powered[1] for pod in settled.gpu_pods(cluster.api) if pod.gated]
    return {site["reason"] for site in sites if site.get("reason")}.union(pods)


def _pools(cluster: Cluster) -> Places:
    return {
        f"{pool['metadata']['namespace']}/{pool['metadata']['name']}": {
            site["site"]: site["placed"] for site in pool["status"]["sites"] if site["placed"]
        }
        for pool in cluster.api.items(_POOLS)
    }


def _video(cluster: Cluster) -> dict[str, int]:
    nodes = {node["metadata"]["name"]: node["metadata"] for node in cluster.api.items("/api/v1/nodes")}
    pods = [pod for pod in settled.gpu_pods(cluster.api, "demo") if pod.labels.get("app") == "video"]
    return dict(Counter(nodes[pod.node]["labels"]["ampacity.io/site"] for pod in pods if pod.running))
