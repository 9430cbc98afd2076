"""Card and resident numbers in every disguise are sent in by every way; no byte of the home, its database or the log has them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import NAME, put_migrated_file
from tests.fraud.claims.importing.files import HEADER, csv_bytes, row, workbook_bytes

ROOT = Path(__file__).resolve().parents[4]
CARDS = ["4111111111111111", "5555555555554444", "378282246310005", "3530111333300000", "6011111111111117"]
RESIDENT = "900101-1234568"
SUSPECTED = "200315-3123450"  # the form and the date, another check digit
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
RUN = """
import django, sys, json; django.setup()
from pathlib import Path
from audit.actor import Actor
from audit.permissions import Role
from fraud.claims.importing.profiles import get_profile, save_profile
from fraud.claims.importing.rows import import_rows
from fraud.claims.importing.uploads import receive_upload
from fraud.claims.reject_file import reject_lines
from fraud.claims.models import ClaimFile
from fraud.claims.importing import sandbox
from tests.warm import apart

# The first file is read as in production; the others by processes of their own as well, which need not import everything.
def ask_warm(module, task, bounds, going_on=None):
    task = json.loads(json.dumps(task))
    return apart(sandbox.answer_to, task, loaded=("fraud.claims.importing.sandbox",))

by, folder = Actor.system("tests"), Path(sys.argv[1])
generic = get_profile("generic")
rows = save_profile(name="rows", spec={**generic.spec, "sensitive": "reject_row"}, by=by, label_ko="행", label_en="rows", reason="test")
for path in sorted(folder.iterdir()):
    for profile in (generic, rows):
        receive_upload(parts=[path.read_bytes()], name=path.name, profile=profile, by=by)
        sandbox.ask_child = ask_warm
for file in list(ClaimFile.objects.all()):
    print("".join(reject_lines(file, "ko")), file=sys.stderr)
for row in json.loads((folder.parent / "rows.json").read_text()):
    for profile in (generic, rows):
        import_rows(rows=[row], profile=profile, by=by)
import logging
logging.getLogger("fraud").error("could not read %s", "4111 1111 1111 1111")
print(json.dumps([[f.state, f.n_accepted, f.n_rejected] for f in ClaimFile.objects.all()]))
"""


def disguises(card: str) -> list[str]:
    grouped = (
        "-".join(re.findall("....", card)) if len(card) == 16 else f"{card[:4]} {card[4:10]} {card[10:]}"
    )
    return [
        card,
        grouped,
        grouped.replace("-", " "),
        card.translate(WIDE),
        card.translate(ARABIC),
        "\u200b".join(card),
        f"결제 {grouped}.",
    ]


def deliveries(folder: Path) -> int:
    """Files with one number each, in text, id, merchant and ragged rows, as CSV, CP949 and XLSX, and in a name."""
    texts = [text for card in CARDS for text in disguises(card)] + [
        RESIDENT,
        RESIDENT.replace("-", ""),
        SUSPECTED,
    ]
    for n, text in enumerate(texts):
        column = ("적요", "가맹점명", "claim_id", "카드번호")[n % 4] if text != SUSPECTED else "적요"
        good, bad = row(claim_id=f"G-{n}"), row(**{"claim_id": f"B-{n}", column: text})
        (folder / f"{n:03}.csv").write_bytes(csv_bytes(good, bad))
    (folder / "ragged.csv").write_bytes(csv_bytes(row(claim_id="G-R")) + f"{CARDS[0]},x\r\n".encode())
    (folder / "korean.csv").write_bytes(
        csv_bytes(row(claim_id="G-K"), row(claim_id="B-K", 적요=CARDS[1]), encoding="cp949")
    )
    cells = [list(row(claim_id="B-X", 적요=CARDS[2]).values())]
    (folder / "book.xlsx").write_bytes(workbook_bytes([HEADER, *cells]))
    (folder / f"claims {CARDS[3]}.csv").write_bytes(csv_bytes(row(claim_id="G-N")))
    rows = [dict(row(claim_id="R-1", 적요=text)) for text in (*disguises(CARDS[4]), RESIDENT, SUSPECTED)]
    (folder.parent / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    return len(list(folder.iterdir()))


def digits_only(data: bytes) -> str:
    """The text's digits in ASCII with nothing between them that a reader would skip."""
    text = data.decode("utf-8", "ignore")
    text = "".join(str(int(c)) if c.isdigit() and c.isdecimal() else c for c in text)
    return re.sub(r"(?<=\d)[ \-.\u200b](?=\d)", "", text)


@pytest.mark.parametrize("probe", ["a note with 4111 1111 1111 1111", "٤١١١١١١١١١١١١١١١"])
def test_the_search_itself_finds_a_number(probe: str) -> None:
    assert CARDS[0] in digits_only(probe.encode())


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder for temporary files of a short name: sockets lie in it, whose paths have 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="c-", dir="/tmp") as folder:
        yield Path(folder)


def test_no_number_reaches_the_database_the_files_or_the_log(tmp_path: Path, short: Path) -> None:
    folder, home = tmp_path / "sent", tmp_path / "home"
    folder.mkdir()
    n_files = deliveries(folder)
    env = {
        **os.environ,
        "CLEANCARD_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "fraud.project.settings",
        "CLEANCARD_DEMO": "0",
        "TMPDIR": str(short),
    }
    put_migrated_file(home / NAME)
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        timeout=900,  # it starts by reading a hundred files: on a busy machine that takes minutes
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    states = json.loads(done.stdout.splitlines()[-1])
    assert len(states) > 2 * n_files - 10
    assert {"quarantined", "imported", "rejected"} == {state for state, *_ in states}
    kept = [path for place in (home, short) for path in place.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sqlite3" for path in kept)
    for name, data in [
        *((str(path), path.read_bytes()) for path in kept),
        ("log", done.stderr),
        ("output", done.stdout),
    ]:
        found = digits_only(data)
        for number in (*CARDS, RESIDENT.replace("-", ""), SUSPECTED.replace("-", "")):
            assert number not in found, (name, number, found[max(0, found.index(number) - 80) :][:200])
    rejected = next(csv.reader(io.StringIO(done.stderr.decode("utf-8", "ignore").split("\ufeff")[1])))
    assert rejected[:3] == ["line", "column", "code"]
