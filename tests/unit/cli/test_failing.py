"""What cannot be done ends with one sentence and status 2, never with a traceback."""

import pytest

from ampacity import __version__
from ampacity.cli.main import main


def said(capsys):
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    return printed.err


@pytest.mark.parametrize("command", ["audit", "audit --record /nonexistent/x", "top", "explain x"])
@pytest.mark.parametrize("text", [": : garbage: [", "contexts: 3\ncurrent-context: x", "", None])
def test_a_kubeconfig_that_is_none(capsys, monkeypatch, tmp_path, command, text):
    file = tmp_path / "kubeconfig"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(file))
    assert main(command.split()) == 2
    assert said(capsys).startswith("ampacity: ")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "is no recorded history: it is empty"),
        ("{", "is no recorded history: its only line cannot be read"),
        ("# A heading\n\nand text\n", "is no recorded history: line 1 is damaged"),
        ('{"kind": "Pod"}\n{"kind": "Pod"}\n', "is no recorded history: line 1 is damaged"),
    ],
)
def test_a_history_that_is_none(capsys, tmp_path, text, why):
    file = tmp_path / "history.jsonl"
    if text is not None:
        file.write_text(text)
    assert main(["audit", "--replay", str(file)]) == 2
    assert why in said(capsys)


def test_the_version(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"ampacity {__version__}\n"
