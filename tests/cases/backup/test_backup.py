"""Backup and restore as commands: what a set holds, who may read it, what is refused and why, and what an interruption leaves."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override

from audit.actor import Actor
from cases.backup import databases, restoring, sets
from cases.backup.making import BackupFailed, make_backup
from cases.backup.sets import MANIFEST, Manifest, SetRefused, check_files, read_manifest, write_manifest
from tests.fault.conftest import N_CLAIMS, lite_template
from tests.fault.rig import ROOT, Company

__all__ = ["lite_template"]


@pytest.fixture(scope="module")
def worked(lite_template: Company, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company with cases, answers, files and repayments."""
    company = lite_template.copy(tmp_path_factory.mktemp("worked") / "home")
    done = company.manage("python", str(ROOT / "tests/cases/backup/setup_casework.py"))
    assert done["status"] == 0, done["output"]
    return company


@pytest.fixture(scope="module")
def made(worked: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of it; nobody may change it."""
    into = tmp_path_factory.mktemp("sets")
    done = worked.manage("backup", str(into))
    assert done["status"] == 0, done["output"]
    (found,) = into.glob("cleancard-*")
    return found


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A set to damage."""
    return Path(shutil.copytree(made, tmp_path / made.name))


@pytest.fixture
def new_home(worked: Company, tmp_path: Path) -> Company:
    """A place where nothing is yet."""
    return Company(tmp_path / "new", worked.zygote)


def test_a_set_holds_everything_and_only_its_owner_reads_it(made: Path) -> None:
    manifest = read_manifest(made)
    kinds = {name.split("/")[0] for name in manifest.files}
    assert kinds == {"database.sqlite3", "heads.json", "media", "models"}
    assert manifest.counts == {"evidence": 3, "models": 1, "uploads": 0}
    assert (manifest.missing, manifest.chain_faults) == ([], [])
    assert manifest.tables["fraud_claim"] == N_CLAIMS + 7  # of the casework
    assert [path for path in made.rglob("*") if path.is_file() and path.stat().st_mode & 0o077] == []
    assert made.stat().st_mode & 0o077 == 0


def test_a_set_keeps_no_key_by_value(made: Path) -> None:
    told = json.loads((made / MANIFEST).read_text())["keys"]
    assert set(told) == {"secret-key", "card-token-key"}
    assert all(len(key["fingerprint"]) == 16 for key in told.values())


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _edit(folder: Path, **changes: Any) -> None:
    """Write a manifest anew, with a seal that fits."""
    manifest = Manifest(**{**asdict(read_manifest(folder)), **changes})
    (folder / MANIFEST).unlink()
    write_manifest(folder, manifest)


def _first(folder: Path, pattern: str) -> Path:
    return sorted(path for path in folder.glob(pattern) if path.is_file())[0]


def _raw(folder: Path, **changes: Any) -> None:
    raw = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(raw | changes))


# What is done to a set → the code of its refusal, and a word of the sentence, in the language of the tests.
DAMAGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a byte of evidence flipped": (lambda s: _flip(_first(s, "media/evidence/*/*")), "damaged", "SHA-256"),
    "a byte of a model flipped": (lambda s: _flip(_first(s, "models/*/*")), "damaged", "SHA-256"),
    "the database cut short": (lambda s: os.truncate(s / "database.sqlite3", 40_000), "damaged", "40,000바이트"),
    "evidence missing": (lambda s: _first(s, "media/evidence/*/*").unlink(), "damaged", "없는 파일 1개"),
    "a file added": (lambda s: (s / "models" / "more.bin").write_bytes(b"x"), "damaged", "more.bin"),
    "no manifest": (lambda s: (s / MANIFEST).unlink(), "unfinished", "끝나지 않은 백업"),
    "half a manifest": (lambda s: os.truncate(s / MANIFEST, 900), "damaged", "읽을 수 없습니다"),
    "a manifest that was changed": (lambda s: _raw(s, n_entries=1), "damaged", "바뀌었습니다"),
    "a manifest of something else": (lambda s: _raw(s, format="other"), "foreign", "만든 파일이 아닙니다"),
    "a later form": (lambda s: _raw(s, format_version=2), "newer_format", "형식은 2"),
    "a newer schema": (lambda s: _edit(s, migrations=["cases.0999_later"]), "newer_schema", "cases.0999_later"),
    "another kind of database": (
        lambda s: _edit(s, database={"kind": "postgresql", "file": "database.sqlite3"}), "other_database", "빈 데이터베이스"),
    "rows that are not there": (
        lambda s: _edit(s, tables={**read_manifest(s).tables, "cases_case": 1}), "damaged", "cases_case"),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGE)
def test_a_set_that_is_not_whole_is_refused_with_its_reason_and_nothing_is_written(
    what: str, copied: Path, new_home: Company
) -> None:
    damage, code, word = DAMAGE[what]
    damage(copied)
    done = new_home.manage("restore", str(copied))
    assert done["status"] == 1
    assert f"({code})" in done["output"]
    assert word in done["output"]
    assert list(new_home.home.rglob("*")) == []


def test_a_folder_that_is_no_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetRefused, match="not a folder"):
        read_manifest(tmp_path / "nothing")


def test_a_seal_written_down_elsewhere_tells_the_set_from_any_other(made: Path) -> None:
    seal = json.loads((made / MANIFEST).read_text())["seal"]
    assert read_manifest(made, seal=seal.upper()).n_entries > 0
    with pytest.raises(SetRefused) as refused:
        read_manifest(made, seal="0" * 64)
    assert refused.value.code == "wrong_seal"


def test_a_home_that_holds_a_company_is_never_written_over(
    made: Path, worked: Company, new_home: Company
) -> None:
    before = (worked.home / "cleancard.sqlite3").read_bytes()
    done = worked.manage("restore", str(made))
    assert (done["status"], "(not_empty)" in done["output"]) == (1, True)
    assert "CLEANCARD_HOME" in done["output"]
    assert (worked.home / "cleancard.sqlite3").read_bytes() == before
    assert new_home.manage("restore", str(made))["status"] == 0
    assert new_home.manage("restore", str(made))["status"] == 1


def test_a_home_with_files_and_no_database_is_not_empty_either(made: Path, new_home: Company) -> None:
    (new_home.home / "media").mkdir(parents=True)
    (new_home.home / "media" / "somebody's").write_text("x")
    assert "(not_empty)" in new_home.manage("restore", str(made))["output"]
    assert (new_home.home / "media" / "somebody's").exists()


@pytest.mark.parametrize("point", ["restore.staged", "restore.switched"])
def test_a_restore_that_was_killed_is_done_anew(point: str, made: Path, new_home: Company) -> None:
    killed = new_home.manage("restore", str(made), CLEANCARD_FAULT=f"{point}:kill")
    assert killed["status"] == -signal.SIGKILL
    assert not (new_home.home / "cleancard.sqlite3").exists(), (
        "without a database nothing passes for a company"
    )
    done = new_home.manage("restore", str(made))
    assert done["status"] == 0, done["output"]
    assert new_home.manage("verify_audit")["status"] == 0
    assert not (new_home.home / ".restoring").exists()


def test_checking_a_set_writes_nothing(made: Path, new_home: Company) -> None:
    done = new_home.manage("restore", "--check", str(made))
    assert (done["status"], "되돌릴 수 있습니다" in done["output"]) == (0, True)
    assert not new_home.home.exists()


@pytest.mark.parametrize("point", ["backup.snapshot", "backup.copied"])
def test_a_backup_that_was_killed_leaves_no_set_and_the_next_one_clears_up(
    point: str, worked: Company, tmp_path: Path
) -> None:
    into = tmp_path / "sets"
    assert worked.manage("backup", str(into), CLEANCARD_FAULT=f"{point}:kill")["status"] == -signal.SIGKILL
    assert list(into.glob("cleancard-*")) == []
    (left,) = into.glob(".unfinished-*")
    with pytest.raises(SetRefused, match="did not finish"):
        read_manifest(left)
    assert worked.manage("backup", str(into))["status"] == 0
    assert not left.exists()
    (made,) = into.glob("cleancard-*")
    check_files(made, read_manifest(made))


@pytest.mark.parametrize("most", [500_000, 20_000_000], ids=["in the database", "in a file"])
def test_a_full_disk_leaves_no_set_and_says_so(most: int, worked: Company, tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: writing fails in the middle in the same way."""
    company = worked.copy(tmp_path / "home")
    big = _first(company.home, "media/evidence/*/*")
    big.with_name(f"{big.name.split('.')[0]}.9.jpg").write_bytes(b"x" * 21_000_000)
    script = tmp_path / "full.py"
    script.write_text(
        f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))\n"
        f"from django.core.management import execute_from_command_line as run\nrun(['manage.py', 'backup', {str(tmp_path / 'sets')!r}])\n"
    )
    done = company.manage("python", str(script))
    assert done["status"] != 0
    assert "백업 세트를 만들지 않았으며" in done["output"], done["output"]
    assert [path.name for path in (tmp_path / "sets").iterdir()] == [".lock"]


def test_only_the_newest_sets_are_kept_where_asked(worked: Company, tmp_path: Path) -> None:
    for day in ("20200101T000000Z", "20210101T000000Z"):
        older = tmp_path / "sets" / f"cleancard-{day}"
        older.mkdir(parents=True)
        (older / MANIFEST).write_text("{}")
    (tmp_path / "sets" / "cleancard-notes").mkdir()
    done = worked.manage("backup", str(tmp_path / "sets"), "--keep", "2")
    assert "taken away: cleancard-20200101T000000Z" in done["output"]
    names = sorted(path.name for path in (tmp_path / "sets").glob("cleancard-*"))
    assert (len(names), names[0], names[-1]) == (3, "cleancard-20210101T000000Z", "cleancard-notes")


def test_a_second_set_of_one_second_has_a_number_behind(worked: Company, tmp_path: Path) -> None:
    """A backup that died after its set was whole is asked for again within the second: that is no reason to fail."""
    for second in range(300):
        taken = datetime.now(UTC) + timedelta(seconds=second - 5)
        (tmp_path / f"cleancard-{taken:%Y%m%dT%H%M%SZ}").mkdir()
    done = worked.manage("backup", str(tmp_path))
    assert done["status"] == 0, done["output"]
    (found,) = tmp_path.glob("cleancard-*-2")
    assert read_manifest(found).files


def test_what_was_damaged_before_is_said_and_put_back_only_when_that_is_wanted(
    worked: Company, new_home: Company, tmp_path: Path
) -> None:
    company = worked.copy(tmp_path / "home")
    _flip(_first(company.home, "media/evidence/*/*[0-9a-f]"))
    with sqlite3.connect(company.home / "cleancard.sqlite3") as rows:
        rows.execute("DROP TRIGGER audit_auditevent_no_update")
        rows.execute("UPDATE audit_auditevent SET reason = 'another' WHERE seq = 2 AND subject LIKE 'case:%'")
    done = company.manage("backup", str(tmp_path / "sets"))
    assert done["status"] == 0
    assert "was altered" in done["output"]
    assert "not as the database knows it: media/evidence" in done["output"]
    (made,) = (tmp_path / "sets").glob("cleancard-*")
    refused = new_home.manage("restore", str(made))
    assert "(chain)" in refused["output"]
    assert new_home.manage("restore", str(made), "--with-damage")["status"] == 0


def test_keys_travel_with_the_set_or_have_to_be_the_right_ones(worked: Company, tmp_path: Path) -> None:
    """In processes of their own: the keys are read when a process starts."""
    company = worked.copy(tmp_path / "home")
    (company.home / "card-token-key").write_text("a-key-of-the-company-a-key-of-the-company-1234567890")

    def manage(home: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        given = {**os.environ, "CLEANCARD_HOME": str(home), "DATABASE_URL": "", **env}
        return subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )

    whole, apart = tmp_path / "whole", tmp_path / "apart"
    assert "keys: secret-key, card-token-key" in manage(company.home, "backup", str(whole)).stdout
    assert "keep it elsewhere" in manage(company.home, "backup", "--without-keys", str(apart)).stderr
    ((with_keys,), (without,)) = (list(into.glob("cleancard-*")) for into in (whole, apart))
    assert (with_keys / "keys" / "card-token-key").stat().st_mode & 0o077 == 0
    refused = manage(tmp_path / "one", "restore", str(without))
    assert "(keys)" in refused.stderr
    assert manage(tmp_path / "one", "restore", str(with_keys)).returncode == 0
    assert (tmp_path / "one" / "card-token-key").read_text() == (company.home / "card-token-key").read_text()
    assert "(keys)" in manage(tmp_path / "two", "restore", str(with_keys), CARD_TOKEN_KEY="another").stderr


def test_a_backup_without_the_programs_of_postgresql_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.backup import databases

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(databases.DatabaseProblem, match="postgresql-client"):
        databases.load({"ENGINE": "django.db.backends.postgresql", "NAME": "x"}, tmp_path / "dump")


def test_a_file_of_which_only_parts_came_goes_along(
    worked: Company, new_home: Company, tmp_path: Path
) -> None:
    company = worked.copy(tmp_path / "home")
    with sqlite3.connect(company.home / "cleancard.sqlite3") as rows:
        rows.execute(
            "INSERT INTO fraud_uploadinparts (id, reference, name, size_bytes, sha256, mark, profile_id, is_history, again, n_bytes, sent_by_id,"
            " begun_at, touched_at) SELECT 7, 'U-7', 'may.csv', 9, '', '', 1, 0, 0, 4, MIN(id),"
            " '2026-11-20', '2026-11-20' FROM fraud_user"
        )
    incoming = company.home / "media" / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    (incoming / "parts-7").write_bytes(b"half")
    (incoming / "upload-left-over").write_bytes(b"nobody's")
    assert company.manage("backup", str(tmp_path / "sets"))["status"] == 0
    (made,) = (tmp_path / "sets").glob("cleancard-*")
    assert new_home.manage("restore", str(made))["status"] == 0
    assert [path.name for path in (new_home.home / "media" / "incoming").iterdir()] == ["parts-7"]


def test_what_a_restore_refuses_is_said_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    for language, said in (("ko", "폴더가 아닙니다"), ("en", "is not a folder")):
        with override(language), pytest.raises(CommandError, match=said):
            call_command("restore", str(tmp_path / "nothing"), "--check")


def test_every_sentence_of_a_set_has_korean_words() -> None:
    for module in (sets, restoring, databases):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        marked = [
            call.args[0].value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"
            if isinstance(call.args[0], ast.Constant)
        ]
        assert len(marked) > 3
        with override("ko"):
            assert [text for text in marked if gettext(text) == text] == []


@pytest.mark.parametrize(("language", "said"), [("en", "No set was made"), ("ko", "백업 세트를 만들지 않았")])
def test_a_backup_that_fails_says_so_in_the_language_of_the_terminal(
    tmp_path: Path, language: str, said: str
) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("")
    with override(language), pytest.raises(BackupFailed, match=said):
        make_backup(into=no_folder, by=Actor.system("command"))
