"""Bad inputs A1–A56, one numbered case each: what is taken, what is refused, and that every row is accounted for."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fraud.claims.importing.presets import GENERIC
from fraud.claims.importing.texts import sentence
from fraud.claims.models import Cardholder, Claim, ClaimFile, ClaimFileReject
from tests.fraud.claims.importing.files import (
    HEADER,
    assert_accounted,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    noted,
    profile,
    row,
)
from tests.fraud.claims.importing.workbooks import (
    bomb,
    cells,
    dated,
    entity_bomb,
    far_cell,
    hidden_sheet,
    lying_dimension,
    lying_size,
    merged,
    named_like,
    serial_sixty,
    sheet,
    two_tables,
    with_foreign_definition,
    with_foreign_link,
    with_formula,
    with_link,
    with_many_parts,
)

pytestmark = pytest.mark.django_db
Check = Callable[[ClaimFile], None]
CANARY = "4111111111111111"  # the best-known test number


@dataclass(frozen=True)
class Case:
    """A delivery and what must become of it: a quarantine code, or rejected rows as (line, code), and notes."""

    id: str
    content: bytes
    quarantine: str = ""
    rejected: tuple[tuple[int, str], ...] = ()
    notes: frozenset[str] = frozenset()
    accepted: int | None = None
    name: str = "claims.csv"
    spec: dict[str, Any] = field(default_factory=dict)
    check: Check | None = None


def q(id: str, content: bytes, code: str, **more: Any) -> Case:
    return Case(id, content, quarantine=code, **more)


def r(
    id: str,
    code: str,
    *,
    notes: frozenset[str] = frozenset(),
    spec: dict[str, Any] | None = None,
    **changes: str,
) -> Case:
    """The second of two rows is changed and must be rejected with this code; the first is taken."""
    return Case(
        id,
        csv_bytes(row(), row(claim_id="C-002", **changes)),
        rejected=((3, code),),
        accepted=1,
        notes=notes,
        spec=spec or {},
    )


def n(
    id: str, *notes: str, check: Check | None = None, spec: dict[str, Any] | None = None, **changes: str
) -> Case:
    """One changed row, which must be taken."""
    return Case(
        id, csv_bytes(row(**changes)), accepted=1, notes=frozenset(notes), check=check, spec=spec or {}
    )


def claim() -> Claim:
    return Claim.objects.get()


def amount(value: int) -> Check:
    return lambda _: _same(claim().amount_minor, value)


def used_at(value: datetime) -> Check:
    return lambda _: _same(claim().transacted_at, value)


def merchant(value: str) -> Check:
    return lambda _: _same(claim().merchant_name, value)


def _same(found: object, wanted: object) -> None:
    assert found == wanted


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def dates(**changes: Any) -> dict[str, Any]:
    """The generic profile's dates with other settings."""
    return {"dates": {**GENERIC["dates"], **changes}}


def settled(day: str) -> bytes:
    """A row with the day it was settled."""
    return csv_text([row(**{"매입일": day})], [*HEADER, "매입일"]).encode()


def text_with(column: str, value: str) -> bytes:
    return csv_bytes(row(**{column: value}))


def cases() -> Iterator[Case]:
    good = csv_bytes(row())
    two = csv_text([row(), row(claim_id="C-002")])
    yield Case("A1", b"\xef\xbb\xbf" + good, accepted=1, notes=frozenset({"bom_removed"}))
    yield Case(
        "A2",
        csv_bytes(row(), encoding="cp949"),
        accepted=1,
        notes=frozenset({"decoded"}),
        check=merchant("한빛식당"),
    )
    yield Case(
        "A3",
        csv_bytes(row(가맹점명="똠방각하"), encoding="cp949"),
        accepted=1,
        check=merchant("똠방각하"),
        spec={"encodings": ["utf-8", "euc-kr"]},
    )
    yield Case("A4", good, accepted=1, check=merchant("한빛식당"), spec={"encodings": ["cp949", "utf-8"]})
    yield Case(
        "A5",
        csv_bytes(row(), encoding="utf-16"),
        accepted=1,
        notes=frozenset({"decoded", "bom_removed"}),
        check=merchant("한빛식당"),
    )
    yield q("A5b", csv_bytes(row(), encoding="utf-16-le"), "encoding_unmarked")
    yield q("A6", good + csv_text([row(claim_id="C-002")]).split("\r\n")[1].encode("cp949"), "encoding_mixed")
    yield q(
        "A6b",
        csv_bytes(row(), encoding="cp949") + csv_text([row()]).split("\r\n")[1].encode() + b"\r\n",
        "encoding_mixed",
    )
    yield r("A7", "nul_byte", 적요="점\x00심")
    yield Case(
        "A8",
        csv_bytes(row(적요="첫째 줄\n둘째 줄"), row(claim_id="C-002", 금액="x")),
        rejected=((4, "amount_not_valid"),),
        accepted=1,
    )
    yield q("A9", two.replace("점심", '"점심', 1).encode(), "quote_not_closed")
    yield q("A9b", two.replace("점심", '"점"심', 1).encode(), "quote_misplaced")
    yield r("A10", "field_too_long", 적요="x" * 140_000)
    yield Case(
        "A11",
        csv_bytes(row()) + b"C-002,E1\r\nC-003" + b",x" * 20 + b"\r\n",
        rejected=((3, "ragged_row"), (4, "ragged_row")),
        accepted=1,
    )
    yield q("A12", csv_text([row()], [*HEADER, "금액"]).encode(), "header_duplicated")
    yield q("A13", csv_text([row()], [h for h in HEADER if h != "금액"]).encode(), "columns_missing")
    yield Case(
        "A13b",
        csv_text([row()], [*reversed(HEADER), "비고"]).encode(),
        accepted=1,
        notes=frozenset({"columns_ignored"}),
    )
    yield Case("A14", csv_text([row()], delimiter=";").encode(), accepted=1, spec={"delimiter": ";"})
    yield Case("A14c", csv_text([row()], delimiter="\t").encode(), accepted=1, spec={"delimiter": "\t"})
    yield Case(
        "A14b", csv_text([row()], delimiter=";").encode(), accepted=1, notes=frozenset({"delimiter_read"})
    )
    yield q("A15", b"", "empty_file")
    yield Case("A15b", csv_text([]).encode(), accepted=0)
    yield Case("A15c", good + b"\r\n\r\n,,,,,,,,\r\n", accepted=1, notes=frozenset({"lines_ignored"}))
    for number, text in enumerate(("1,000", "₩1,000", "1,000원", "￦1,000", "KRW 1,000", "1000")):
        yield n(f"A16-{number}", check=amount(1000), 금액=text)
    for number, text in enumerate(("(1,000)", "△1,000", "-1000", "−1,000", "₩-1,000")):
        yield n(f"A17-{number}", "cancellations_open", check=amount(-1000), 금액=text)
    yield r("A18", "amount_ambiguous", 금액="1.000,00")
    yield r("A18b", "amount_ambiguous", 금액="1.000")
    yield n("A19", "full_width", check=amount(123), 금액="１２３")
    yield r("A19b", "amount_not_valid", 금액="٣")
    yield r("A20", "amount_not_valid", 금액="1_000")
    for number, text in enumerate(("NaN", "Infinity", "inf", "-")):
        yield r(f"A21-{number}", "amount_not_valid", 금액=text)
    yield r("A21-zero", "amount_negative_zero", 금액="-0")
    yield r("A22", "amount_scientific", 금액="1e5")
    yield r("A23", "amount_scientific", 금액="1e3000000")
    yield n("A24", "amount_extreme", check=amount(10**12), 금액="1000000000000")
    yield r("A24b", "amount_too_large", 금액="10000000000000000")
    yield r("A25", "amount_scale", 금액="1000.5")
    yield n("A25b", check=amount(1050), 금액="10.50", 통화="USD")
    yield r("A25d", "amount_scale", 금액="1000.5", 통화="JPY")
    yield n(
        "A25e",
        check=lambda f: _same(
            (claim().currency, claim().amount_minor, list(f.totals)), ("USD", 1200000, ["USD"])
        ),
        통화="USD",
    )
    yield r("A25c", "amount_currency_mark", 금액="₩1000", 통화="USD")
    for number, (text, note) in enumerate(
        (("KRW ", ()), ("krw", ("currency_alias",)), ("원", ("currency_alias",)))
    ):
        yield n(f"A26-{number}", *note, check=lambda _: _same(claim().currency, "KRW"), 통화=text)
    yield r("A26b", "currency_unknown", 통화="XXQ")
    for number, text in enumerate(("2026-03-02", "2026.03.02", "2026년 3월 2일", "20260302")):
        yield n(f"A27-{number}", check=used_at(datetime(2026, 3, 1, 15, tzinfo=UTC)), 사용일시=text)
    yield r("A27b", "date_mixed", 사용일시="2026.03.02")
    yield r("A27d", "date_ambiguous", 사용일시="26/03/02")
    yield r("A27c", "date_not_valid", 사용일시="어제")
    yield r("A28", "date_ambiguous", 사용일시="07/08/2025")
    for number, text in enumerate(("2026-02-30", "2026-13-01", "0000-00-00")):
        yield r(f"A29-{number}", "date_not_valid", 사용일시=text)
    yield Case("A30", serial_sixty(), rejected=((3, "date_serial"),), accepted=1, name="c.xlsx")
    yield Case(
        "A30b",
        dated(True),
        accepted=2,
        name="c.xlsx",
        check=lambda _: _same(
            set(Claim.objects.values_list("transacted_at", flat=True)), {utc(1, 15), utc(2, 15)}
        ),
    )
    yield n("A31", "zone_converted", check=used_at(utc(2, 23, 30)), 사용일시="2026-03-02T23:30Z")
    yield n("A31b", "zone_converted", check=used_at(utc(2, 14, 30)), 사용일시="2026-03-02T23:30:00+09:00")
    yield r("A32", "date_future", 사용일시="2031-01-01 00:00:00")
    yield r("A32c", "date_too_old", 사용일시="2015-01-02 10:00:00", spec=dates(old="reject"))
    yield Case("A32d", settled("2026-03-01"), accepted=1, notes=frozenset({"settled_before_used"}))
    yield Case(
        "A32e",
        settled("2026-03-01"),
        accepted=0,
        rejected=((2, "settled_before_used"),),
        spec=dates(settled_before_used="reject"),
    )
    yield n("A32b", "date_old", 사용일시="2015-01-02 10:00:00")
    yield Case(
        "A33",
        csv_bytes(row(), row()),
        accepted=1,
        notes=frozenset({"identifiers_repeated"}),
        check=lambda f: _same(f.n_duplicate, 1),
    )
    yield Case(
        "A34",
        csv_bytes(row(), row(금액="13000"), row(claim_id="C-9")),
        rejected=((2, "id_conflict"), (3, "id_conflict")),
        accepted=1,
    )
    yield r("A37", "id_scientific", 승인번호="1.23E+15")
    yield Case(
        "A37b",
        csv_bytes(row(claim_id="0012"), row(claim_id="12 "), row(claim_id="\u200b12"), row(claim_id="aB")),
        accepted=3,
        notes=frozenset({"spaces_removed"}),
        check=lambda f: _same(
            (f.n_duplicate, set(Claim.objects.values_list("external_id", flat=True))),
            (1, {"0012", "12", "aB"}),
        ),
    )
    for number, text in enumerate(('=HYPERLINK("x")', "+cmd", "-2+3", "@SUM(A1)", "\tTAB")):
        yield n(f"A38-{number}", check=lambda _, t=text: _same(claim().purpose_text, t.strip()), 적요=text)
    yield q("A39", with_formula(), "workbook_formula", name="c.xlsx")
    yield Case(
        "A39b",
        with_formula(),
        accepted=1,
        name="c.xlsx",
        spec={"allow_formulas": True},
        notes=frozenset({"formulas_allowed"}),
    )
    yield q("A40", bomb(), "archive_ratio", name="c.xlsx")
    yield q("A40b", with_many_parts(), "archive_entries", name="c.xlsx")
    yield q("A41d", with_link(), "archive_names", name="c.xlsx")
    yield q("A41", lying_size(), "archive_size_lies", name="c.xlsx")
    yield q("A41b", named_like("c.xlsx", "../evil.xml"), "archive_names", name="c.xlsx")
    yield q("A41c", named_like("c.xlsx", "xl/inner.zip"), "archive_names", name="c.xlsx")
    yield q("A42", entity_bomb(), "workbook_entities", name="c.xlsx")
    yield q("A42b", with_foreign_definition(), "workbook_entities", name="c.xlsx")
    yield Case("A42c", with_foreign_link(), accepted=1, name="c.xlsx")
    yield q("A43e", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "kind_old_excel", name="locked.xlsx")
    yield q("A43", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "kind_old_excel", name="c.xls")
    yield q("A43b", named_like("c.xlsm", "xl/vbaProject.bin"), "kind_macro_excel", name="c.xlsm")
    yield q("A43c", named_like("c.xlsb", "xl/workbook.bin"), "kind_binary_excel", name="c.xlsb")
    yield q("A43d", b"<html><table><tr><td>1</td></tr></table></html>", "kind_html", name="c.xls")
    yield Case(
        "A44", hidden_sheet(), accepted=1, name="c.xlsx", notes=frozenset({"sheets_ignored", "hidden_rows"})
    )
    yield q("A44b", merged(), "workbook_merged", name="c.xlsx")
    yield Case(
        "A44c",
        two_tables(),
        accepted=1,
        rejected=((3, "blank_row"), (4, "value_missing"), (5, "value_missing")),
        name="c.xlsx",
    )
    yield Case("A45", lying_dimension(), accepted=1, name="c.xlsx")
    yield q("A45b", far_cell(), "too_many_columns", name="c.xlsx")
    yield q("A46", sheet(cells())[:-200], "file_damaged", name="c.xlsx")
    yield q("A46b", gzip.compress(csv_bytes(row()))[:-12], "file_damaged", name="c.csv.gz")
    for number, (column, text) in enumerate(
        (
            ("적요", CANARY),
            ("적요", "카드 4111-1111-1111-1111 결제"),
            ("적요", "４１１１ １１１１ １１１１ １１１１"),
            ("카드번호", "5555 5555 5555 4444"),
            ("승인번호", "378282246310005"),
            ("가맹점명", "6011111111111117"),
            ("claim_id", "3530111333300000"),
        )
    ):
        yield q(f"A48-{number}", text_with(column, text), "card_number")
    yield q("A48-name", good, "card_number", name=f"claims {CANARY}.csv")
    yield q("A48-ragged", good + f"{CANARY},x\r\n".encode(), "card_number")
    yield q("A48-xlsx", sheet(cells(적요=CANARY)), "card_number", name="c.xlsx")
    yield q("A48-rrn", text_with("적요", "900101-1234568"), "resident_number")
    yield q("A48-rrn2", text_with("적요", "9001011234568"), "resident_number")
    yield n("A48-not", 적요="주문 9001011234567 / 110111-0006246")
    yield n(
        "A48-suspect",
        "value_withheld",
        check=lambda _: _same(claim().purpose_text, ""),
        적요="200315-3123450",
    )
    yield n("A49", check=lambda _: _same(claim().card_last4, "1234"), 카드번호="****-1234")
    yield n(
        "A49b", "card_masked", check=lambda _: _same(claim().card_last4, "5678"), 카드번호="1234******5678"
    )
    yield n(
        "A50",
        "cardholders_added",
        check=lambda _: _same(Cardholder.objects.get().is_unassigned, True),
        사번="Z999",
    )
    yield r("A50b", "value_missing", 사번="")
    yield n("A51", "controls_removed", check=merchant("한빛식당"), 가맹점명="한빛\u202e식당")
    yield n("A51b", check=merchant("커피☕😀"), 가맹점명="커피☕😀")
    yield r("A51c", "text_too_long", 가맹점명="가" * 3500)
    yield Case(
        "A52",
        csv_bytes(row(), row(claim_id="C-002", 적요="XYZ")).replace(b"XYZ", b"\xed\xa0\x80"),
        rejected=((3, "lone_surrogate"),),
        accepted=1,
    )
    yield n("A53", "composed", check=merchant("한빛식당"), 가맹점명=unicodedata.normalize("NFD", "한빛식당"))
    yield Case(
        "A54",
        csv_bytes(row(), row(claim_id="C-002", 금액="-13000")),
        accepted=2,
        notes=frozenset({"cancellations_linked"}),
    )
    yield Case("A55", csv_bytes(*(row(claim_id=f"C-{i}") for i in range(5))), accepted=5)
    yield Case(
        "A56",
        csv_bytes(*(row(claim_id=f"C-{i}", 적요="", 승인번호="", 카드번호="") for i in range(3))),
        accepted=3,
    )


CASES = tuple(cases())
#: By case, what a reader of its file is told in English and Korean, and how many notes are among it: each file is imported once.
_SAID: dict[str, tuple[list[str], list[str], int]] = {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_input(case: Case, tmp_path: Path) -> None:
    file = deliver(tmp_path, case.content, name=case.name, used=profile(**case.spec))
    _SAID[case.id] = told(file, "en"), told(file, "ko"), len(file.notes)
    if case.quarantine:
        assert (file.state, (file.error or {}).get("code")) == ("quarantined", case.quarantine)
        assert not Claim.objects.exists()
        assert not ClaimFileReject.objects.exists()
        return
    none_taken = bool(file.n_rows) and file.n_rejected == file.n_rows
    assert (file.state, file.error) == ("rejected" if none_taken else "imported", None)
    assert codes(file) == list(case.rejected)
    assert_accounted(file)
    if case.accepted is not None:
        assert file.n_accepted == case.accepted == Claim.objects.filter(file=file).count()
    assert case.notes <= noted(file)
    if case.check:
        case.check(file)


def test_every_case_of_the_list_is_here() -> None:
    elsewhere = {"A35", "A36", "A47"}
    found = {case.id.split("-")[0].rstrip("bcde") for case in CASES} | elsewhere
    assert found == {f"A{number}" for number in range(1, 57)}


def told(file: ClaimFile, language: str) -> list[str]:
    """Every sentence a reader of this file is shown."""
    error = file.error or {}
    rows = [sentence("row", reject.code, reject.params, language) for reject in file.rejects.all()]
    notes = [sentence("note", note["code"], note["params"], language) for note in file.notes]
    return [*([sentence("file", error["code"], error["params"], language)] if error else []), *rows, *notes]


#: Sentences about a refused row or file end with what would be right, in so many words.
_DO = re.compile(
    r"\b(Write|Send|Save|Add|Close|Double|Fill|Split|Remove|Paste|Unmerge|Check|Correct|Round|Export|Shorten|Format|Keep|Open|"
    r"may (appear|carry)|must|has to be done)\b"
)
_DO_KO = re.compile(r"(주세요|합니다|없습니다|않았습니다)\.")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_refusal_says_in_both_languages_what_would_be_right(case: Case, tmp_path: Path) -> None:
    if case.id not in _SAID:
        test_bad_input(case, tmp_path)
    english, korean, n_notes = _SAID[case.id]
    assert english != korean or not english
    for text in [*english, *korean]:
        assert "…" not in text, "a parameter of the sentence is missing"
        assert "%" not in text, "a date form as programs write it"
    refusals = len(english) - n_notes
    assert all(_DO.search(text) for text in english[:refusals]), english
    assert all(_DO_KO.search(text) for text in korean[:refusals]), korean
