"""Commands of the documentation, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from hack import chart, tools
from hack.cluster import LocalCluster


def command(page: str, begins: str) -> str:
    """The command of docs/<page>.md that begins so, with the lines that continue it."""
    text = (chart.ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(begins)}(?:.*\\\n)*.*$", text, re.MULTILINE)
    assert found is not None, f"docs/{page}.md has no command that begins with: {begins}"
    return found[0]


def block(page: str, begins: str) -> str:
    """The code block of docs/<page>.md that begins so."""
    text = (chart.ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    found = re.search(rf"```bash\n({re.escape(begins)}.*?)```", text, re.DOTALL)
    assert found is not None, f"docs/{page}.md has no block that begins with: {begins}"
    return found[1]


def run(cluster: LocalCluster, commands: str) -> None:
    """Run them in the root of the repository, with kubectl, helm and ampacity at hand."""
    folders = (str(tools.folder()), str(Path(sys.executable).parent), os.environ["PATH"])
    environment = os.environ | {"PATH": os.pathsep.join(folders), "KUBECONFIG": str(cluster.kubeconfig)}
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=chart.ROOT, env=environment, check=True)
