"""Reading files: every fault of every file in one go, each with its place and remedy."""

import io

import pytest

from ampacity.cli.fetch.documents import read_documents


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_folders_are_read_whole_and_in_order(tmp_path):
    write(tmp_path, "b.yaml", "kind: B\nmetadata: {name: b}\n---\n---\nkind: C\nmetadata: {name: c}\n")
    write(tmp_path, "a/first.yml", "kind: A\nmetadata: {name: a}\n")
    write(tmp_path, "c.json", '{"kind": "D", "metadata": {"name": "d"}}')
    write(tmp_path, "notes.txt", "not: {looked: at}")
    documents, faults = read_documents([str(tmp_path)])
    assert [document.kind for document in documents] == ["A", "B", "C", "D"]
    assert documents[2].where.endswith("b.yaml, document 3")
    assert faults == []


def test_lists_are_their_items(tmp_path):
    file = write(tmp_path, "all.yaml", "kind: List\nitems:\n- {kind: A, metadata: {name: a}}\n- {kind: B}\n")
    documents, faults = read_documents([file])
    assert [document.name for document in documents] == ["a"]
    assert str(faults[0]) == f"{file}, item 2: metadata.name: is missing; add it"


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("kind: A\nmetadata: {name: a}"))
    documents, _ = read_documents(["-"])
    assert documents[0].where == "standard input"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: [\n", "file.yaml, line 2: text: is no YAML"),
        ("- a\n", "kind: is missing, so this is no Kubernetes object; add apiVersion and kind"),
        ("metadata: {name: a}\n", "kind: is missing, so this is no Kubernetes object"),
        ("kind: A\n", "metadata.name: is missing; add it"),
        ("kind: A\nmetadata: nonsense\n", "metadata.name: is missing; add it"),
    ],
)
def test_what_is_no_object_is_said_with_its_place(tmp_path, text, said):
    file = write(tmp_path, "file.yaml", text)
    documents, faults = read_documents([file])
    assert documents == []
    assert said in str(faults[0])


def test_every_fault_is_found_at_once(tmp_path):
    bad = write(tmp_path, "bad.yaml", "kind: A\nmetadata: {name: a}\n---\nkind: ]\n")
    (tmp_path / "empty").mkdir()
    documents, faults = read_documents([bad, str(tmp_path / "absent.yaml"), str(tmp_path / "empty")])
    assert [document.name for document in documents] == ["a"]
    assert [fault.problem.remedy for fault in faults] == [
        "correct this line; what follows it in the file was not read",
        "check its name and your rights",
        "name the files themselves",
    ]
