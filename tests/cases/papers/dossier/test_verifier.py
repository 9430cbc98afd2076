"""Whatever is done to a dossier, the verifier names it; what it finds it finds by itself, with Python alone."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.chain import GENESIS, SEALED, entry_hash
from cases.papers.dossier.script import verify_script
from cases.papers.dossier.verifier import (
    CHAIN,
    MANIFEST,
    SAID,
    Checked,
    add_entry,
    canonical,
    check_dossier,
    main,
    manifest_of,
)
from tests.draws import draws

CASE = "C-2026-000123"
PARTS = {
    "README.txt": "읽어 보십시오".encode(),
    "case.json": b'{"state":"closed"}',
    "evidence/E-1/영수증.png": bytes(range(256)),
}


def chain(n: int = 4, **changed: dict[str, Any]) -> list[dict[str, Any]]:
    """A whole chain of `n` entries; `changed={"2": {...}}` alters one after its hash was taken."""
    entries, previous = [], GENESIS
    for seq in range(1, n + 1):
        entry: dict[str, Any] = {
            "subject": f"case:{CASE}",
            "seq": seq,
            "action": "case.noted",
            "actor": "kim",
            "actor_role": "reviewer",
            "reason": f"사유 {seq}",
            "before": None,
            "after": {"version": seq},
            "request_id": "",
            "at": f"2026-11-20T01:00:0{seq}.000000+00:00",
            "previous_hash": previous,
        }
        entry["hash"] = previous = entry_hash(entry)
        entries.append(entry)
    return [{**entry, **changed.get(f"n{entry['seq']}", {})} for entry in entries]


def packed(
    parts: dict[str, bytes] = PARTS,
    entries: list[dict[str, Any]] | None = None,
    head: dict[str, Any] | None = None,
) -> bytes:
    """A dossier with these parts, its chain and a manifest that fits them."""
    entries = chain() if entries is None else entries
    head = head or {"subject": f"case:{CASE}", "seq": 4, "hash": chain()[-1]["hash"]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        lines = [add_entry(archive, name, [content]) for name, content in parts.items()]
        lines.append(add_entry(archive, CHAIN, (canonical(entry) + b"\n" for entry in entries)))
        add_entry(archive, MANIFEST, [canonical(manifest_of(CASE, head, lines))])
    return out.getvalue()


def repacked(change: Any) -> bytes:
    """The dossier with its list of (name, content) changed and its manifest left as it was."""
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        contents = [(info.filename, archive.read(info)) for info in archive.infolist()]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in change(contents):
            add_entry(archive, name, [content])
    return out.getvalue()


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("dossier") / "x.zip"

    def checked(content: bytes) -> Checked:
        path.write_bytes(content)
        return check_dossier(path)

    return checked


def codes(checked: Checked) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in checked.findings]


def test_a_file_that_is_not_there_is_told_as_that_and_not_as_a_broken_archive(tmp_path: Path) -> None:
    (finding,) = check_dossier(tmp_path / "none.zip").findings
    assert finding.sentence() == "there is no such file, or it may not be read"
    assert "파일이 없거나" in finding.sentence(korean=True)
    assert codes(check_dossier(tmp_path)) == [("no_file", "")]


def test_a_whole_dossier_has_no_finding(check: Any) -> None:
    checked = check(packed())
    assert (codes(checked), checked.case, checked.n_entries, checked.n_chain) == ([], CASE, 5, 4)
    assert checked.head == chain()[-1]["hash"]
    assert packed() == packed()


WHOLE = packed()


@settings(max_examples=draws(150), deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), by=st.integers(1, 255))
def test_no_byte_of_the_file_can_be_changed_unnoticed(check: Any, at: int, by: int) -> None:
    altered = bytearray(WHOLE)
    altered[at] ^= by
    assert check(bytes(altered)).findings


@settings(max_examples=draws(40), deadline=None)
@given(cut=st.integers(0, len(WHOLE) - 1), more=st.binary(max_size=20))
def test_a_cut_or_longer_file_is_no_whole_one(check: Any, cut: int, more: bytes) -> None:
    assert check(WHOLE[:cut]).findings
    for longer in (WHOLE + more, more + WHOLE):
        assert bool(check(longer).findings) == bool(more)


@settings(max_examples=draws(60), deadline=None)
@given(data=st.data())
def test_the_entry_whose_content_was_altered_is_named(check: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(PARTS)))
    content = data.draw(st.binary(max_size=40).filter(lambda one: one != PARTS[name]))
    found = check(repacked(lambda all_: [(n, content if n == name else c) for n, c in all_]))
    assert codes(found) == [("altered", name)]


@settings(max_examples=draws(60), deadline=None)
@given(data=st.data())
def test_what_was_added_removed_doubled_or_reordered_is_named(check: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([*PARTS, CHAIN]))
    assert ("missing", name) in codes(check(repacked(lambda all_: [one for one in all_ if one[0] != name])))
    at = data.draw(st.integers(0, len(PARTS)))
    added = check(repacked(lambda all_: [*all_[:at], ("extra.txt", b"x"), *all_[at:]]))
    assert codes(added) == [("added", "extra.txt")]
    order = data.draw(st.permutations(range(5)).filter(lambda one: list(one) != [0, 1, 2, 3, 4]))
    assert {code for code, _ in codes(check(repacked(lambda all_: [all_[n] for n in order])))} == {"order"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_entry_of_one_name_is_named(check: Any) -> None:
    assert ("twice", "case.json") in codes(check(repacked(lambda all_: [*all_[:2], all_[1], *all_[2:]])))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([e for e in chain() if e["seq"] != 2], ("gap", f"{CHAIN} 2")),
        (chain(n2={"reason": "다른 사유"}), ("hash", f"{CHAIN} 2")),
        (chain(n3={"actor": "lee"}), ("hash", f"{CHAIN} 3")),
        (chain()[:3], ("cut", f"{CHAIN} 4")),
        ([*chain(), {**chain(5)[4]}], ("extra", f"{CHAIN} 5")),
        ([chain()[1], chain()[0], *chain()[2:]], ("gap", f"{CHAIN} 1")),
        (chain(n4={"previous_hash": "0" * 64}), ("previous_hash", f"{CHAIN} 4")),
        ([["no entry"]], ("chain_unreadable", CHAIN)),
    ],
)  # fmt: skip
def test_a_chain_that_does_not_lead_to_its_head_is_named_even_with_a_manifest_made_anew(
    check: Any, entries: list[Any], expected: tuple[str, str]
) -> None:
    assert codes(check(packed(entries=entries))) == [expected]


def test_a_sealed_entry_holds_its_place_and_no_more(check: Any) -> None:
    whole = chain()
    sealed = {**{key: whole[1][key] for key in ("seq", "previous_hash", "hash")}, SEALED: True}
    checked = check(packed(entries=[whole[0], sealed, *whole[2:]]))
    assert (codes(checked), checked.n_sealed) == ([], 1)
    moved = {**sealed, "hash": "1" * 64}
    assert codes(check(packed(entries=[whole[0], moved, *whole[2:]]))) == [("previous_hash", f"{CHAIN} 3")]


def test_a_file_that_is_not_the_one_handed_in_is_named(check: Any) -> None:
    entries, previous = [], GENESIS
    for entry in chain(2):
        told = {**entry, "action": "evidence.added", "after": {"evidence": "E-1", "sha256": "5" * 64}}
        told["previous_hash"] = previous
        told["hash"] = previous = entry_hash(told)
        entries.append(told)
    head = {"subject": f"case:{CASE}", "seq": 2, "hash": previous}
    assert codes(check(packed(entries=entries, head=head))) == [("file", "evidence/E-1/영수증.png")]


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_dossier_is_said_to_be_none(check: Any, content: bytes) -> None:
    assert check(content).findings[0].code in {"no_archive", "no_manifest"}


@settings(max_examples=draws(40), deadline=None)
@given(
    value=st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["entries", "chain", "case", "name"]), inner, max_size=4)
        ),
    )
)
def test_any_manifest_is_read_without_a_fault(check: Any, value: Any) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        add_entry(archive, MANIFEST, [json.dumps(value).encode()])
    assert codes(check(out.getvalue())) == [("manifest", MANIFEST)]


def test_the_script_in_the_archive_says_the_same_with_python_alone(tmp_path: Path) -> None:
    script, good, bad = tmp_path / "verify.py", tmp_path / "good.zip", tmp_path / "bad.zip"
    script.write_bytes(verify_script())
    good.write_bytes(packed())
    bad.write_bytes(packed(entries=chain(n2={"reason": "다른 사유"})))
    assert "cases" not in {line.split()[1].split(".")[0] for line in imports_of(script.read_text())}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(script), *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900, cwd=tmp_path)

    whole = run("good.zip")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "5 entries, 4 of the audit chain" in whole.stdout
    assert "온전합니다" in run("--ko", "good.zip").stdout
    broken = run("bad.zip")
    assert (broken.returncode, broken.stdout.strip()) == (
        1,
        f"{CHAIN} 2: an entry of the audit chain was altered",
    )
    assert run().returncode == 2


def imports_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(("import ", "from "))]


def test_every_finding_has_its_sentence_in_both_languages(check: Any, capsys: Any, tmp_path: Path) -> None:
    assert all(english and korean and english != korean for english, korean in SAID.values())
    path = tmp_path / "x.zip"
    path.write_bytes(WHOLE[:50])
    assert main([str(path), "--ko"]) == 1
    assert capsys.readouterr().out.strip() == SAID["no_archive"][1]
