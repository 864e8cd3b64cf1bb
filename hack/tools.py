"""Where the control plane's programs are, and `ensure`, which builds what is missing.

The programs live outside the checkout, in a folder named after the pinned Go module, so a second checkout of
the same version builds nothing. Each program is built to a temporary name and renamed: a cut-off build leaves
no half program and the next one goes on from there. A lock file keeps two checkouts from building the same
thing twice.

    python -m hack.tools             build what is missing (for CLUSTER=kind, that is less)
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
LOCAL = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kubectl", "helm")
KIND = ("kind", "kwok", "kubectl", "helm")


def cache() -> Path:
    """The folder of everything that outlives a checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ampacity"


def folder() -> Path:
    """The folder of the programs of this version of the module."""
    pinned = (MODULE / "go.mod").read_bytes() + (MODULE / "go.sum").read_bytes()
    return cache() / "tools" / hashlib.sha256(pinned).hexdigest()[:16] / "bin"


def path(program: str) -> Path:
    """The built program; it need not exist yet."""
    return folder() / program


def needed() -> tuple[str, ...]:
    """The programs of the kind of cluster that the environment asks for."""
    return KIND if os.environ.get("CLUSTER") == "kind" else LOCAL


def ensure(programs: tuple[str, ...] = LOCAL) -> Path:
    """Build the programs that are missing; their folder. RuntimeError says which build failed and why."""
    if _missing(programs):
        with _lock():
            gobuild.build(_missing(programs), MODULE, folder())
    return folder()


def _missing(programs: tuple[str, ...]) -> list[str]:
    return [program for program in programs if not path(program).exists()]


@contextmanager
def _lock() -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder().parent / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another checkout builds the control plane's programs; waiting for it", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["path", program]:
            print(path(program))
        case _:
            try:
                ensure(needed())
            except (RuntimeError, subprocess.CalledProcessError) as error:
                sys.exit(str(error))
