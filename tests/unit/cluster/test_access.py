import asyncio
import base64
import json
import stat
from pathlib import Path

import certifi
import pytest
import yaml

from ampacity.cluster.access import Access, find_access, from_kubeconfig, in_cluster
from ampacity.cluster.credentials import TokenFile, TokenPlugin
from ampacity.cluster.errors import AccessError


def kubeconfig(folder: Path, user: dict, cluster: dict | None = None, name: str = "config") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump({
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1/", **(cluster or {})}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "team"}}],
        "current-context": "x",
    }))  # fmt: skip
    return path


def token(access: Access) -> str | None:
    return asyncio.run(access.credentials.token())  # type: ignore[arg-type]


def test_a_token_in_the_kubeconfig(tmp_path: Path) -> None:
    access = find_access(kubeconfig(tmp_path, {"token": "abc"}))
    assert (access.server, access.namespace, access.tls) == ("http://127.0.0.1:1", "team", None)
    assert token(access) == "abc"


def test_a_token_file_beside_the_kubeconfig(tmp_path: Path) -> None:
    (tmp_path / "tok").write_text("from-file\n")
    assert token(find_access(kubeconfig(tmp_path, {"tokenFile": "tok"}))) == "from-file"


def test_a_rotated_token_is_read_again(tmp_path: Path) -> None:
    now = [0.0]
    file = tmp_path / "tok"
    credentials = TokenFile(file, clock=lambda: now[0])

    def read() -> str:
        return asyncio.run(credentials.token())  # type: ignore[arg-type]

    file.write_text("one")
    assert read() == "one"
    file.write_text("two")
    assert read() == "one"
    now[0] += 61
    assert read() == "two"
    file.write_text("three")
    credentials.refused()
    assert read() == "three"


def test_a_credential_plugin(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    status = {"token": "minted", "expirationTimestamp": "2999-01-01T00:00:00Z"}
    plugin.write_text(f"#!/bin/sh\necho x >> {tmp_path}/runs\necho '{json.dumps({'status': status})}'\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    access = find_access(kubeconfig(tmp_path, {"exec": {"command": str(plugin), "apiVersion": "v1"}}))
    assert [token(access), token(access)] == ["minted", "minted"]
    assert (tmp_path / "runs").read_text() == "x\n"


def test_a_plugin_that_fails_says_so(tmp_path: Path) -> None:
    access = find_access(kubeconfig(tmp_path, {"exec": {"command": "/bin/false"}}))
    assert isinstance(access.credentials, TokenPlugin)
    with pytest.raises(AccessError, match="/bin/false"):
        token(access)


def test_several_files_are_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kubeconfig(tmp_path, {"token": "first"}, name="a")
    second = kubeconfig(tmp_path, {"token": "second"}, name="b")
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'absent'}:{first}:{second}")
    assert token(find_access()) == "first"


@pytest.mark.parametrize(
    ("context", "fault", "says"),
    [
        ("other", {}, "no context 'other'"),
        (None, {"server": ""}, "names no server"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, context: str | None, fault: dict, says: str) -> None:
    path = kubeconfig(tmp_path, {"token": "t"}, fault)
    with pytest.raises(AccessError, match=says):
        from_kubeconfig([path], context)


def test_no_kubeconfig_at_all(tmp_path: Path) -> None:
    with pytest.raises(AccessError, match="KUBECONFIG"):
        find_access(tmp_path / "none")


def test_a_bad_certificate_authority_is_refused(tmp_path: Path) -> None:
    data = base64.b64encode(b"no certificate").decode()
    cluster = {"server": "https://127.0.0.1:1", "certificate-authority-data": data}
    with pytest.raises(AccessError, match="certificate"):
        find_access(kubeconfig(tmp_path, {"token": "t"}, cluster))


def test_inside_a_pod(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("sa")
    (tmp_path / "namespace").write_text("ampacity-system")
    (tmp_path / "ca.crt").write_text(Path(certifi.where()).read_text())
    access = in_cluster({"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}, tmp_path)
    assert (access.server, access.namespace) == ("https://[fd00::1]:6443", "ampacity-system")
    assert token(access) == "sa"
