"""Where the programs of the control plane and of tests are, and `ensure`, which builds what is missing.

The programs live outside the checkout, in a folder named after the pinned Go module, so a second checkout of
the same version builds nothing. Each program is built to a temporary name and renamed: a cut-off build leaves
no half program and the next one goes on from there. A lock file keeps two checkouts from building the same
thing twice.

    python -m hack.tools             build what is missing (for CLUSTER=kind, that is less)
    python -m hack.tools tests       and what only tests need
    python -m hack.tools path helm   where a program is
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hack import gobuild

MODULE = Path(__file__).parent / "tools"
PROMETHEUS = Path(__file__).parent / "prometheus"  # a module of its own: it pins other Kubernetes libraries
LOCAL = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kubectl", "helm")
KIND = ("kind", "kwok", "kubectl", "helm")


def cache() -> Path:
    """The folder of everything that outlives a checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ampacity"


def folder(module: Path = MODULE) -> Path:
    """The folder of the programs of this version of the module."""
    pinned = (module / "go.mod").read_bytes() + (module / "go.sum").read_bytes()
    return cache() / "tools" / hashlib.sha256(pinned).hexdigest()[:16] / "bin"


def path(program: str, module: Path = MODULE) -> Path:
    """The built program; it need not exist yet."""
    return folder(module) / program


def needed() -> tuple[str, ...]:
    """The programs of the kind of cluster that the environment asks for."""
    return KIND if os.environ.get("CLUSTER") == "kind" else LOCAL


def ensure(programs: tuple[str, ...] = LOCAL, module: Path = MODULE) -> Path:
    """Build the programs that are missing; their folder. RuntimeError says which build failed and why."""
    if _missing(programs, module):
        with _lock(folder(module)):
            gobuild.build(_missing(programs, module), module, folder(module))
    return folder(module)


def _missing(programs: tuple[str, ...], module: Path) -> list[str]:
    return [program for program in programs if not path(program, module).exists()]


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    target.mkdir(parents=True, exist_ok=True)
    with (target.parent / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another checkout builds the same programs; waiting for it", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["path", program]:
            print(path(program))
        case arguments:
            try:
                ensure(needed())
                if arguments == ["tests"]:
                    ensure(("prometheus",), PROMETHEUS)
            except (RuntimeError, subprocess.CalledProcessError) as error:
                sys.exit(str(error))
