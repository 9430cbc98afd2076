"""A folder that others fill: whole files are taken once and moved where their end can be seen; nothing half written is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from fraud.claims.importing import folders
from fraud.claims.importing.folders import take_folder, waiting_files
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.staging import StagedFile, stage
from fraud.claims.models import Claim, ClaimFile
from tests.fraud.claims.importing.files import BY, csv_bytes, row

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def stage_here(
        *, path: Path, spec: dict, bounds: object, going_on: object = None, **more: object
    ) -> StagedFile:
        checked = read_spec(spec)
        return stage(lambda: open_table(path, checked), spec=checked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("fraud.claims.importing.services.stage_apart", stage_here)


def put(folder: Path, name: str, content: bytes, *, age: int = 3_600) -> Path:
    path = folder / name
    path.write_bytes(content)
    changed = path.stat().st_mtime - age
    os.utime(path, (changed, changed))
    return path


def taken(folder: Path) -> list[tuple[str, str]]:
    """(state, where it went) of the files taken now."""
    profile = get_profile("generic")
    return [
        (one.file.state, one.path.parent.name) for one in take_folder(folder=folder, profile=profile, by=BY)
    ]


def test_files_go_where_their_end_can_be_seen_and_nothing_is_taken_twice(tmp_path: Path) -> None:
    put(tmp_path, "good.csv", csv_bytes(row()))
    put(tmp_path, "empty.csv", b"", age=7_200)
    assert taken(tmp_path) == [("quarantined", "refused"), ("imported", "taken")]
    file = ClaimFile.objects.get(state="imported")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == [f"{file.reference} good.csv"]
    assert taken(tmp_path) == []
    put(tmp_path, "good.csv", csv_bytes(row()))
    assert taken(tmp_path) == [("imported", "taken")]
    assert Claim.objects.count() == ClaimFile.objects.filter(state="imported").count() == 1
    assert len(list((tmp_path / "taken").iterdir())) == 2


def test_what_is_being_written_hidden_or_a_link_is_left_alone(tmp_path: Path) -> None:
    outside = put(tmp_path, "old.csv", b"x")
    folder = tmp_path / "in"
    folder.mkdir()
    put(folder, "new.csv", b"x", age=0)
    put(folder, ".hidden.csv", b"x")
    put(folder, "half.csv.part", b"x")
    (folder / "link.csv").symlink_to(outside)
    (folder / "taken").mkdir()
    assert waiting_files(folder, settled=60) == []
    assert [path.name for path in waiting_files(folder, settled=0)] == ["new.csv"]


def test_a_file_that_met_a_database_that_was_away_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "good.csv", csv_bytes(row()))

    def away(**_: object) -> ClaimFile:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "import_claim_file", away)
        assert taken(tmp_path) == []
    assert path.exists()
    assert taken(tmp_path) == [("imported", "taken")]


def test_the_command_tells_one_object_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "good.csv", csv_bytes(row()))
    call_command("import_folder", str(tmp_path), "--json")
    data = json.loads(capsys.readouterr().out)
    assert (data["state"], data["n_accepted"], Path(data["path"]).parent.name) == ("imported", 1, "taken")
    put(tmp_path, "second.csv", csv_bytes(row(claim_id="C-2")))
    call_command("import_folder", str(tmp_path))
    assert "second.csv" in capsys.readouterr().out
    with pytest.raises(CommandError, match="폴더가 없습니다"):
        call_command("import_folder", str(tmp_path / "none"))
    with pytest.raises(CommandError, match="there is no import profile 'nope'"):
        call_command("import_folder", str(tmp_path), "--profile", "nope")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_file_named_by_a_card_number_is_refused_and_its_number_shown_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    put(tmp_path, "march 4111-1111-1111-1111.csv", csv_bytes(row()))
    call_command("import_folder", str(tmp_path), *(["--json"] if as_json else []))
    printed = capsys.readouterr()
    file = ClaimFile.objects.get()
    assert (file.state, file.error["code"]) == ("quarantined", "card_number")
    (moved,) = (tmp_path / "refused").iterdir()
    assert moved.name == f"{file.reference} march [card …1111].csv"
    assert moved.name in printed.out
    assert "4111" not in printed.out + printed.err
    assert not Claim.objects.exists()
