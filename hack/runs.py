"""The folders of clusters: one per name, held by a supervisor's lock for as long as the cluster is up."""

import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

_LEFTOVERS_KEPT_S = 24 * 3600


def folder() -> Path:
    """Where all clusters' folders are: $AMPACITY_RUN_DIR, else this user's own place for temporary files."""
    stated = os.environ.get("AMPACITY_RUN_DIR")
    found = Path(stated) if stated else Path(tempfile.gettempdir()) / f"ampacity-{os.getuid()}"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def is_up(run: Path) -> bool:
    """Whether a supervisor holds the folder."""
    try:
        with (run / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def up() -> list[str]:
    """The names of the clusters that are up."""
    return sorted(run.name for run in folder().iterdir() if is_up(run))


def remove(run: Path, keep_logs: bool = False) -> None:
    """Delete a cluster's folder, or all of it but the logs."""
    if not keep_logs:
        shutil.rmtree(run, ignore_errors=True)
        return
    for entry in run.iterdir() if run.exists() else ():
        if entry.is_file():
            entry.unlink()
        elif entry.name != "log":
            shutil.rmtree(entry, ignore_errors=True)


def prune() -> None:
    """Delete what clusters that ended over a day ago left behind for people to read."""
    for run in folder().iterdir():
        if not is_up(run) and time.time() - run.stat().st_mtime > _LEFTOVERS_KEPT_S:
            remove(run)
