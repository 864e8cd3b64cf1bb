"""Builds Go programs one after another, and says what it is doing and how long that usually takes."""

import os
import subprocess
import time
from pathlib import Path

from hack import golang

_KUBERNETES = "v1.37.2"
PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    "kubectl": "k8s.io/kubernetes/cmd/kubectl",
    "kwok": "sigs.k8s.io/kwok/cmd/kwok",
    "helm": "helm.sh/helm/v4/cmd/helm",
    "kind": "sigs.k8s.io/kind",
    "prometheus": "github.com/prometheus/prometheus/cmd/prometheus",
}
_TAGS = {"prometheus": "remove_all_sd"}  # without the clients of twenty clouds; tests name their targets
_REMIND_AFTER_S = 30


def build(programs: list[str], module: Path, target: Path) -> None:
    """Build into `target`; each program appears there only when it is complete."""
    if not programs:
        return
    go = golang.find(module / "go.mod")
    print(
        f"Building {len(programs)} program{'s' * (len(programs) > 1)} from Go modules into {target}\n"
        f"  (once per machine: {_usually(programs)})",
        flush=True,
    )
    for number, program in enumerate(programs, start=1):
        _build_one(go, program, module, target, f"  [{number}/{len(programs)}] {program}")


def _usually(programs: list[str]) -> str:
    if programs == ["prometheus"]:
        return "3 to 5 minutes on two cores"
    return "6 to 8 minutes for all of them on two cores, most of it for kube-apiserver"


def _build_one(go: str, program: str, module: Path, target: Path, label: str) -> None:
    unfinished = target / f".{program}.unfinished"
    started = time.monotonic()
    print(label, flush=True)
    command = [go, "build", "-trimpath", "-ldflags", _ldflags(), "-o", str(unfinished)]
    command += ["-tags", _TAGS.get(program, ""), PACKAGES[program]]
    with subprocess.Popen(
        command, cwd=module, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        output = _wait(process, label, started)
    if process.returncode != 0:
        raise RuntimeError(f"go build of {program} failed:\n{output[-3000:]}")
    unfinished.replace(target / program)
    print(f"{label}: built in {time.monotonic() - started:.0f} s", flush=True)


def _wait(process: "subprocess.Popen[str]", label: str, started: float) -> str:
    while True:
        try:
            return process.communicate(timeout=_REMIND_AFTER_S)[0]
        except subprocess.TimeoutExpired:
            print(f"{label}: still at it after {time.monotonic() - started:.0f} s", flush=True)
        except BaseException:
            process.kill()
            raise


def _ldflags() -> str:
    major, minor, _ = _KUBERNETES.removeprefix("v").split(".")
    stamps = {"gitVersion": _KUBERNETES, "gitMajor": major, "gitMinor": minor}
    return "-s -w " + " ".join(
        f"-X k8s.io/component-base/version.{key}={value}" for key, value in stamps.items()
    )


def environment() -> dict[str, str]:
    """What go commands run in: this Go, and nothing but what is pinned."""
    # GOTOOLCHAIN=local: a go command that is too old must fail here, not fetch another one behind our back.
    return os.environ | {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly",
        "GOWORK": "off",
    }
