"""Keys and certificates of a throw-away control plane. Helm makes them: there may be no openssl."""

import json
import subprocess
from pathlib import Path

from hack import tools

_CHART = Path(__file__).parent / "pki"
_FILES = ("ca.crt", "server.crt", "server.key", "service-accounts.key")


def make(folder: Path) -> None:
    """Write an authority, a server certificate for 127.0.0.1 and the key that signs ServiceAccount tokens."""
    folder.mkdir(mode=0o700)
    command = [str(tools.path("helm")), "template", "pki", str(_CHART)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in _FILES:
        (text,) = (line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}: "))
        (folder / name).write_text(json.loads(text))
