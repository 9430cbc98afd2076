"""No command prints a card or resident number: not of the file or folder it is given, not of an argument, not in a fault."""

from __future__ import annotations

import argparse
import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.utils.translation import override

from audit.commands import StruckCommand, struck
from tests.cast import make_cast

CARD, RESIDENT = "4539 1488 0034 3849", "851204-1221831"
NAME = f"z {CARD} {RESIDENT}"
OURS = ("audit", "cases", "fraud", "rules")
#: What a path is called where it is no `Path` for the parser.
_CALLED = ("file", "folder", "head", "against", "set", "into", "spec")
_NO_PATH = ("cancel_import", "import_upload")  # their `file` is a number or a reference
COMMANDS = sorted(name for name, app in get_commands().items() if app.split(".")[0] in OURS)


def loaded(name: str) -> BaseCommand:
    return load_command_class(get_commands()[name], name)


def actions(command: BaseCommand) -> list[argparse.Action]:
    parser = command.create_parser("manage.py", "x")
    django = {action.dest for action in BaseCommand().create_parser("manage.py", "x")._actions}
    return [action for action in parser._actions if action.dest not in django]


def is_path(action: argparse.Action) -> bool:
    return action.type is Path or action.dest in _CALLED


PATHS = [
    (name, action.dest)
    for name in COMMANDS
    if name not in _NO_PATH
    for action in actions(loaded(name))
    if is_path(action)
]


def arguments(command: BaseCommand, wanted: str, path: Path, login: str) -> Iterator[str]:
    """What is typed: the path where `wanted` is asked for, something that may be there for whatever else is needed."""
    for action in actions(command):
        flags = [max(action.option_strings, key=len)] if action.option_strings else []
        if action.dest == wanted:
            yield from (*flags, str(path))
        elif action.dest == "settled":
            yield from (*flags, "0")
        elif action.required:
            value = next(iter(action.choices)) if action.choices else str(path) if is_path(action) else login
            yield from (*flags, str(value))


def printed(command: BaseCommand, argv: list[str], capfd: Any) -> str:
    """All that a terminal or the journal would show."""
    capfd.readouterr()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.management.base.connections.close_all", lambda: None)
        with suppress(SystemExit):
            command.run_from_argv(["manage.py", "x", *argv])
    shown = capfd.readouterr()
    return str(shown.out + shown.err)


def holds_number(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return any(re.sub(r"\D", "", number) in digits for number in (CARD, RESIDENT))


def test_every_command_of_ours_is_one_that_prints_no_number() -> None:
    assert [name for name in COMMANDS if not isinstance(loaded(name), StruckCommand)] == []
    taken = {name for name, _ in PATHS}
    assert {"read_receipts", "backup", "restore", "import_folder", "verify_audit", "rules_import"} <= taken


@pytest.mark.django_db
@pytest.mark.usefixtures("forked_reading")
@pytest.mark.parametrize(("name", "wanted"), PATHS)
def test_whatever_a_file_or_folder_is_called_no_number_of_it_is_printed(
    name: str, wanted: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of one that is absent, of a folder with a file in it, and of a file that nobody can read."""
    login = make_cast().rule_admin.username
    (tmp_path / "of files").mkdir()
    folder = tmp_path / "of files" / NAME
    folder.mkdir()
    (folder / f"{NAME}.pdf").write_bytes(b"%PDF-1.4 no receipt")
    file = tmp_path / f"{NAME}.csv"
    file.write_bytes(b"\xff\xfe\x00 no table")
    said = ""
    for path in (tmp_path / "absent" / NAME, folder, file):
        command = loaded(name)
        said += printed(command, list(arguments(command, wanted, path, login)), capfd)
    assert not holds_number(said)
    if name != "verify_dossier":  # names only what is whole
        assert "[card …3849]" in said


def test_a_receipt_that_belongs_to_no_claim_is_named_without_its_number(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], db: None
) -> None:
    (tmp_path / f"{NAME}.pdf").write_bytes(b"%PDF-1.4")
    said = printed(loaded("read_receipts"), [str(tmp_path), "--settled", "0"], capfd)
    assert "unknown_claim  z [card …3849] [resident number].pdf" in said


def test_arguments_nobody_knows_and_faults_are_told_without_a_number(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = printed(loaded("backup"), ["/tmp", f"{NAME}.csv"], capfd)
    assert "unrecognized arguments: z [card …3849]" in said

    def breaks(**_: Any) -> None:
        raise OSError(13, "Permission denied", NAME)

    monkeypatch.setattr("cases.management.commands.backup.make_backup", breaks)
    said = printed(loaded("backup"), ["/tmp"], capfd)
    assert "Traceback" in said
    assert "Permission denied: 'z [card …3849]" in said


def test_json_stays_json_and_its_figures_stay_as_they_are() -> None:
    told = {"name": NAME, "share": 0.4539148800343849, "sum": 4539148800343849, "seal": "4f" * 32}
    command = StruckCommand(stdout=(out := io.StringIO()))
    command.stdout.write(json.dumps(told))
    assert json.loads(out.getvalue()) == told | {"name": "z [card …3849] [resident number]"}
    lines = "4511\n4121\n4532\n1111\n"  # codes under one another are no number
    assert struck(lines) == lines


def test_command_that_is_stopped_by_a_key_says_so_and_prints_no_trace() -> None:
    class Stopped(StruckCommand):
        requires_system_checks = ()

        def handle(self, *args: Any, **options: Any) -> None:
            raise KeyboardInterrupt

    error = io.StringIO()
    with pytest.raises(SystemExit) as left, override("en"):
        Stopped(stderr=error).run_from_argv(["manage.py", "stopped"])
    assert left.value.code == 130
    assert error.getvalue().strip() == "Stopped before the end; run it again to have it done."
