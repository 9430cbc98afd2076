"""Whether a case's dossier is whole: every entry as its manifest lists it, nothing more, nothing less, and the chain unbroken.

This text also lies in every dossier as `verify.py`, together with what it needs of the audit chain, and runs by itself:

    python3 verify.py C-2026-000123.zip        (Python 3.10 or newer, nothing else)

What it cannot know: whether the whole archive, manifest included, was made anew by somebody. For that the manifest's digest,
which it prints, is held against the one in the company's audit log.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from audit.chain import SEALED, first_fault

FORMAT = "cleancard-dossier/1"
MANIFEST, CHAIN = "manifest.json", "chain.jsonl"
_LONG_AGO = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest time an archive can hold: the same state gives the same bytes
_CHUNK = 1 << 16
_MOST_MANIFEST = 64 << 20
#: What a damaged archive can make the reader raise.
_BROKEN = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    TypeError,
)
# fmt: off
SAID = {
    "no_file": ("there is no such file, or it may not be read", "파일이 없거나 읽을 권한이 없습니다"),
    "no_archive": ("this is not a ZIP archive that can be read", "읽을 수 있는 ZIP 파일이 아닙니다"),
    "no_manifest": ("the manifest is missing", "목록 파일(manifest)이 없습니다"),
    "manifest": ("the manifest was altered or is not a dossier's", "목록 파일(manifest)이 변경되었거나 기록철의 목록이 아닙니다"),
    "missing": ("was removed: the manifest lists it", "목록에 있으나 파일이 빠졌습니다"),
    "added": ("was added: the manifest does not list it", "목록에 없는 파일이 들어 있습니다"),
    "twice": ("is in the archive more than once", "같은 이름의 파일이 두 번 이상 들어 있습니다"),
    "order": ("is not at its place: the entries were reordered", "파일 순서가 목록과 다릅니다"),
    "altered": ("was altered: its content is not what the manifest lists", "내용이 목록의 해시와 다릅니다"),
    "container": ("the archive differs outside its entries' contents (headers, comments or added bytes)", "파일 내용 밖(머리글·주석·덧붙인 바이트)이 변경되었습니다"),
    "chain_unreadable": ("the entries of the audit chain cannot be read", "감사 기록을 읽을 수 없습니다"),
    "gap": ("an entry of the audit chain is missing", "감사 기록의 항목이 빠졌습니다"),
    "previous_hash": ("an entry of the audit chain does not continue the one before it", "감사 기록의 항목이 앞 항목과 이어지지 않습니다"),
    "hash": ("an entry of the audit chain was altered", "감사 기록의 항목이 변경되었습니다"),
    "cut": ("the audit chain ends before its head", "감사 기록이 마지막 해시 앞에서 끊겼습니다"),
    "extra": ("the audit chain goes on after its head", "감사 기록에 마지막 해시 뒤의 항목이 있습니다"),
    "file": ("is not the file whose hash the audit chain kept when it was handed in", "제출 당시 감사 기록에 남은 해시와 다른 파일입니다"),
}
# fmt: on


@dataclass(frozen=True)
class Finding:
    """Something that is wrong: a stable code (see SAID) and where: an entry's name, or a place in the chain."""

    code: str
    where: str = ""

    def sentence(self, korean: bool = False) -> str:
        """What is wrong, in English or Korean."""
        said = SAID[self.code][1 if korean else 0]
        return f"{self.where}: {said}" if self.where else said


@dataclass(frozen=True)
class Checked:
    """What was found. `digest` is the manifest's: held against the audit log it shows a dossier made anew."""

    findings: tuple[Finding, ...]
    case: str = ""
    n_entries: int = 0
    n_chain: int = 0
    n_sealed: int = 0
    head: str = ""
    digest: str = ""


def canonical(value: Any) -> bytes:
    """JSON with one spelling for each value, in UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def add_entry(archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> dict[str, Any]:
    """Append an entry as every dossier has it (stored, without a time); returns its line of the manifest. Bounded memory."""
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.create_system, info.external_attr = 3, 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w") as out:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            out.write(chunk)
    return {"name": name, "bytes": size, "sha256": digest.hexdigest()}


def manifest_of(case: str, chain: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The manifest with the digest of the rest of it: `chain` is {subject, seq, hash}, `entries` the lines of `add_entry` in order."""
    body = {"format": FORMAT, "case": case, "chain": chain, "entries": entries}
    return {**body, "digest": hashlib.sha256(canonical(body)).hexdigest()}


def check_dossier(path: str | os.PathLike[str]) -> Checked:
    """Everything that is wrong with the dossier at `path`; no finding: it is whole. Never raises for what an archive holds."""
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            return _checked(archive, file)
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        return Checked((Finding("no_file"),))
    except _BROKEN:
        return Checked((Finding("no_archive"),))


def _checked(archive: zipfile.ZipFile, file: IO[bytes]) -> Checked:
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names:
        return Checked((Finding("no_manifest"),))
    manifest = _manifest(archive)
    if manifest is None:
        return Checked((Finding("manifest", MANIFEST),))
    listed: list[str] = [entry["name"] for entry in manifest["entries"]]
    found = list(_placed(names, [*listed, MANIFEST]))
    for entry in manifest["entries"]:
        if entry["name"] in names and _digest(archive, entry["name"]) != (entry["bytes"], entry["sha256"]):
            found.append(Finding("altered", entry["name"]))
    head = manifest["chain"]
    n_sealed = 0
    if CHAIN in names:
        of_chain, n_sealed = _chain_findings(
            archive, head, {e["name"]: e["sha256"] for e in manifest["entries"]}
        )
        found += of_chain
    if not found and not _is_same(archive, file, names):
        found.append(Finding("container"))
    return Checked(
        tuple(found), manifest["case"], len(names), head["seq"], n_sealed, head["hash"], manifest["digest"]
    )


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any] | None:
    """The manifest, None where it is no manifest or its digest does not fit it."""
    try:
        if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
            return None
        text = archive.read(MANIFEST)
        told = json.loads(text)
        made = manifest_of(told["case"], told["chain"], told["entries"])
        names = [(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in made["entries"]]
        head = (str(told["chain"]["subject"]), int(told["chain"]["seq"]), str(told["chain"]["hash"]))
    except _BROKEN:
        return None
    is_one = (
        canonical(made) == text
        and head[0] == f"case:{told['case']}"
        and CHAIN in {name for name, _, _ in names}
    )
    return made if is_one else None


def _placed(names: list[str], listed: list[str]) -> Iterator[Finding]:
    """Entries that are missing, too many, or not at their place."""
    yield from (Finding("twice", name) for name in sorted({name for name in names if names.count(name) > 1}))
    yield from (Finding("missing", name) for name in listed if name not in names)
    yield from (Finding("added", name) for name in dict.fromkeys(names) if name not in listed)
    there = [name for name in dict.fromkeys(names) if name in listed]
    wanted = [name for name in dict.fromkeys(listed) if name in names]
    yield from (Finding("order", name) for name, at in zip(there, wanted, strict=True) if name != at)


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in _chunks(archive, name):
            digest.update(chunk)
            size += len(chunk)
    except _BROKEN:
        return -1, ""
    return size, digest.hexdigest()


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as entry:
        while chunk := entry.read(_CHUNK):
            yield chunk


def _chain_findings(
    archive: zipfile.ZipFile, head: dict[str, Any], hashes: dict[str, str]
) -> tuple[list[Finding], int]:
    """What is wrong with the chain against its head, and how many entries are sealed."""
    subject, seq = str(head["subject"]), int(head["seq"])
    try:
        with archive.open(CHAIN) as lines:
            entries = [json.loads(line) for line in lines]
        fault = first_fault(subject, entries, (seq, str(head["hash"])), may_be_sealed=True)
        foreign = [entry for entry in entries if entry.get("subject", subject) != subject]
    except (*_BROKEN, AttributeError):
        return [Finding("chain_unreadable", CHAIN)], 0
    n_sealed = sum(1 for entry in entries if SEALED in entry)
    if fault is not None:
        return [Finding(fault.code, f"{CHAIN} {fault.seq}")], n_sealed
    if foreign:
        return [Finding("hash", f"{CHAIN} {foreign[0].get('seq')}")], n_sealed
    if len(entries) > seq:
        return [Finding("extra", f"{CHAIN} {seq + 1}")], n_sealed
    return list(_handed_in(entries, hashes)), n_sealed


def _handed_in(entries: list[dict[str, Any]], hashes: dict[str, str]) -> Iterator[Finding]:
    """Files of evidence that are not those of the chain: `evidence/<reference>/<name>` against what `evidence.added` kept."""
    kept = {}
    for entry in entries:
        after = entry.get("after") or {}
        if entry.get("action") == "evidence.added" and after.get("sha256"):
            kept[after["evidence"]] = after["sha256"]
    for name, digest in hashes.items():
        place = name.split("/")
        if place[0] == "evidence" and len(place) == 3 and kept.get(place[1], digest) != digest:
            yield Finding("file", name)


def _is_same(archive: zipfile.ZipFile, file: IO[bytes], names: list[str]) -> bool:
    """Whether the archive is byte for byte what its contents give when they are packed again."""
    with tempfile.TemporaryFile() as again:
        with zipfile.ZipFile(again, "w") as packed:
            for name in names:
                add_entry(packed, name, _chunks(archive, name))
        again.seek(0)
        file.seek(0)
        while True:
            one, other = file.read(_CHUNK), again.read(_CHUNK)
            if one != other:
                return False
            if not one:
                return True


def tell(path: str, checked: Checked, korean: bool) -> Iterator[str]:
    """What was found, in lines."""
    for finding in checked.findings:
        yield finding.sentence(korean)
    if checked.findings:
        return
    if korean:
        yield f"{path}: 온전합니다. 파일 {checked.n_entries}개, 감사 기록 {checked.n_chain}건(봉인 {checked.n_sealed}건)"
        yield f"감사 기록의 마지막 해시 {checked.head}"
        yield f"목록 해시 {checked.digest}: 회사 감사 기록의 값과 대조하세요."
        return
    yield f"{path}: whole; {checked.n_entries} entries, {checked.n_chain} of the audit chain ({checked.n_sealed} sealed)"
    yield f"head of the audit chain {checked.head}"
    yield f"digest of the manifest {checked.digest}: hold it against the company's audit log"


def main(arguments: list[str]) -> int:
    """0: whole, 1: something is wrong, 2: called wrongly."""
    paths = [one for one in arguments if not one.startswith("-")]
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    korean = "--ko" in arguments or spoken.startswith("ko")
    if len(paths) != 1:
        usage = "사용법" if korean else "usage"
        print(f"{usage}: python3 verify.py [--ko] DOSSIER.zip", file=sys.stderr)
        return 2
    checked = check_dossier(paths[0])
    for line in tell(paths[0], checked, korean):
        print(line.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding or "utf-8"))
    return 1 if checked.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
