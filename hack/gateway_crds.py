"""The CRDs of the Gateway API and of its inference extension, taken from the Go modules that define them.

They are pinned by hack/gateway/go.sum, which go checks, and lie in the same cache as the tools, in a folder
named after the pinned module. Nothing of these modules is built, so it does not matter that one of them asks
for a newer Go than there is: go then refuses to unpack it, but has fetched and checked it.
"""

import hashlib
import json
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from hack import gobuild, golang, tools

MODULE = Path(__file__).parent / "gateway"
GATEWAY_API, INFERENCE = "sigs.k8s.io/gateway-api", "sigs.k8s.io/gateway-api-inference-extension"
MODULES = (GATEWAY_API, INFERENCE)
_FILES = {
    GATEWAY_API: (
        "config/crd/standard/gateway.networking.k8s.io_gatewayclasses.yaml",
        "config/crd/standard/gateway.networking.k8s.io_gateways.yaml",
        "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    ),
    INFERENCE: ("config/crd/bases/inference.networking.k8s.io_inferencepools.yaml",),
}


def files(module: str) -> list[Path]:
    """The CRDs of one of the two modules, fetched if they are not there yet. RuntimeError says why not."""
    found = [_folder() / Path(name).name for name in _FILES[module]]
    if not all(path.exists() for path in found):
        ensure()
    return found


def ensure() -> None:
    """Fetch what is missing, once per machine and version."""
    _folder().mkdir(parents=True, exist_ok=True)
    for module, names in _FILES.items():
        missing = [name for name in names if not (_folder() / Path(name).name).exists()]
        if missing:
            _unpack(_archive(module), missing)


def _folder() -> Path:
    pinned = (MODULE / "go.mod").read_bytes() + (MODULE / "go.sum").read_bytes()
    return tools.cache() / "crds" / hashlib.sha256(pinned).hexdigest()[:16]


def _archive(module: str) -> Path:
    """The module's zip file in Go's own cache."""
    go = golang.find(MODULE / "go.mod")
    command = [go, "mod", "download", "-json", module]
    said = subprocess.run(command, cwd=MODULE, env=gobuild.environment(), capture_output=True, text=True)
    try:
        return Path(json.loads(said.stdout)["Zip"])
    except (ValueError, KeyError):
        raise RuntimeError(f"{module} could not be fetched:\n{said.stdout}{said.stderr}") from None


def _unpack(archive: Path, names: list[str]) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name, member in _members(opened, names):
            unfinished = _folder() / f".{Path(name).name}.unfinished"
            unfinished.write_bytes(opened.read(member))
            unfinished.replace(_folder() / Path(name).name)


def _members(archive: zipfile.ZipFile, names: list[str]) -> Iterator[tuple[str, str]]:
    """Each name with its member: in a module's zip, all paths begin with the module and its version."""
    inside = {member.partition("@")[2].partition("/")[2]: member for member in archive.namelist()}
    return ((name, inside[name]) for name in names)


if __name__ == "__main__":
    ensure()
