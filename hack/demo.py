"""`make demo`: the product on a real control plane, from nothing to a verdict.

Two sites, four pools and a plain Deployment that ask for more than there is. Exit 0 only if pods run, several
wait for different reasons, the live cluster is what `ampacity plan` foretold, and the auditor found nothing.

KEEP=1 leaves everything up until Ctrl-C. CLUSTER=kind uses kind instead of local processes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from types import FrameType

from ampacity.audit.recorder import Recorder, RecorderFailed
from ampacity.audit.verdict import Verdict
from hack import chart, settled
from hack.cluster import Cluster, CommandFailed, StartFailed, new
from hack.demo_files import AMPACITY, FILES, foretold, node_lines, placed, waiting_reasons
from hack.operator_process import OperatorFailed, OperatorProcess
from hack.progress import Progress

_SETTLE_S = 120
_TROUBLE = (StartFailed, CommandFailed, OperatorFailed, RecorderFailed, settled.NotSettled)


def main() -> int:
    """Run it; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _as_ctrl_c)
    try:
        with ExitStack() as stack:
            return _show(stack, Progress(6))
    except KeyboardInterrupt:
        print("\nStopped; everything was taken down.")
        return 130
    except _TROUBLE as trouble:
        print(f"\nThe demo failed: {trouble}", file=sys.stderr)
        return 1


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _show(stack: ExitStack, progress: Progress) -> int:
    cluster = _bring_up(stack, progress)
    with progress.step("Starting the operator with the chart's rights, and the auditor", "about 5 s"):
        recorder = stack.enter_context(Recorder(cluster.kubeconfig))
        stack.enter_context(OperatorProcess(cluster))
    with progress.step(f"kubectl apply -f {FILES.relative_to(chart.ROOT)}", "about 2 s"):
        cluster.kubectl("apply", "-f", str(FILES))
    with progress.step("Waiting until everything runs or knows why not", "about 15 s"):
        settled.wait(cluster.api, _SETTLE_S, pods=1, show=progress.detail)
    holds = _report(cluster, recorder.verdict(), progress)
    if os.environ.get("KEEP"):
        _stay(cluster)
    return 0 if holds else 1


def _bring_up(stack: ExitStack, progress: Progress) -> Cluster:
    with progress.step("Starting etcd, API server, controllers, scheduler and KWOK", "about 5 s"):
        cluster = new(f"demo-{os.getpid()}")
        stack.callback(cluster.stop)  # also when the start itself is interrupted
        cluster.start()
    with progress.step("Adding simulated GPU nodes: 72 in 7 racks of 2 sites", "about 2 s"):
        cluster.add_nodes(*node_lines())
    with progress.step("Installing the chart with Helm", "about 3 s"):
        chart.install(cluster)
    return cluster


def _report(cluster: Cluster, verdict: Verdict, progress: Progress) -> bool:
    _command(cluster, "top")
    _command(cluster, "explain", "pool/embed", "--namespace", "demo")
    print(f"\n{verdict.text()}\n")
    faults = _faults(cluster, verdict)
    print(
        "\n".join(faults)
        or f"All as it should be and as `ampacity plan` foretold ({progress.elapsed():.0f} s)."
    )
    return not faults


def _command(cluster: Cluster, *arguments: str) -> None:
    """Show a command of the CLI and what it prints. `explain` ends with 1 if what it explains waits."""
    print(f"\n$ ampacity {' '.join(arguments)}", flush=True)
    done = subprocess.run([AMPACITY, *arguments, "--kubeconfig", cluster.kubeconfig])
    if done.returncode not in (0, 1):
        raise CommandFailed(f"ampacity {arguments[0]} ended with {done.returncode}")


def _faults(cluster: Cluster, verdict: Verdict) -> list[str]:
    pods, reasons = settled.gpu_pods(cluster.api), sorted(waiting_reasons(cluster))
    live, plan = placed(cluster), foretold()
    checks = (
        (any(pod.running for pod in pods), "no pod runs"),
        (all(pod.answered for pod in pods), "a pod neither runs nor says why not"),
        (len(reasons) >= 3, f"less than three reasons to wait: {', '.join(reasons) or 'none'}"),
        (live == plan, f"`ampacity plan` foretold {plan}, the cluster has {live}"),
        (verdict.ok, "the auditor has something to say"),
    )
    return [f"FAILED: {text}" for holds, text in checks if not holds]


def _stay(cluster: Cluster) -> None:
    print("\nEverything stays up until you press Ctrl-C. In another terminal:\n")
    print(f"  export KUBECONFIG={cluster.kubeconfig}\n  {AMPACITY} top --watch\n", flush=True)
    signal.pause()


if __name__ == "__main__":
    sys.exit(main())
