"""Bad inputs A1–A56, one numbered case each: what is taken, what is refused, and that every row is accounted for."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fraud.importing.reading.limits import Limits
from fraud.importing.services import import_claim_file
from fraud.importing.texts import sentence
from fraud.models import Cardholder, Claim, ClaimFile, ClaimFileReject, Merchant
from tests.fraud.importing.files import (
    ARRIVED,
    BY,
    GOOD,
    HEADER,
    assert_accounted,
    codes,
    csv_bytes,
    csv_text,
    deliver,
    noted,
    profile,
    row,
    workbook_bytes,
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
    return Claim.objects.get(is_current=True)


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


def text_with(column: str, value: str) -> bytes:
    return csv_bytes(row(**{column: value}))


# Workbooks ---------------------------------------------------------------------------------------------------------


def sheet(*rows: list[Any], **options: Any) -> bytes:
    return workbook_bytes([HEADER, *rows], **options)


def cells(**changes: Any) -> list[Any]:
    return [changes.get(name, value) for name, value in GOOD.items()]


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None
) -> bytes:
    """The workbook with some parts changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            new.writestr(item.filename, change(item.filename, old.read(item)))
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, data: data.replace(old, new) if "sheet1" in name else data


def bomb() -> bytes:
    filler = b'<row r="2"><c r="A2"><v>1</v></c></row>' * 1_500_000
    return repacked(sheet(cells()), in_sheet(b"</sheetData>", filler + b"</sheetData>"))


def lying_size() -> bytes:
    """The directory says the sheet is smaller than it is."""
    content = bytearray(sheet(cells()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    at = content.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
    assert int.from_bytes(content[at : at + 4], "little") == size
    content[at : at + 4] = (size // 2).to_bytes(4, "little")
    return bytes(content)


def entity_bomb() -> bytes:
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>'
    return repacked(
        sheet(cells()),
        lambda name, data: doctype + data.split(b"?>", 1)[1] if name == "xl/workbook.xml" else data,
    )


def with_formula() -> bytes:
    return repacked(sheet(cells(금액=12000)), in_sheet(b"<v>12000</v>", b"<f>A1*2</f><v>12000</v>"))


def merged() -> bytes:
    return repacked(
        sheet(cells()),
        in_sheet(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>'),
    )


def lying_dimension() -> bytes:
    content = sheet(cells())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    start = xml.index(b"<dimension")
    old = xml[start : xml.index(b"/>", start) + 2]
    return repacked(content, in_sheet(old, b'<dimension ref="A1:XFD1048576"/>'))


def far_cell() -> bytes:
    return repacked(
        sheet(cells()),
        in_sheet(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'),
    )


def hidden_sheet() -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    first, second = book.add_worksheet("old"), book.add_worksheet("claims")
    second.activate()
    first.hide()
    for c, value in enumerate(["nonsense"]):
        first.write_string(0, c, value)
    for r_, values in enumerate([HEADER, cells()]):
        for c, value in enumerate(values):
            second.write_string(r_, c, value)
    second.set_row(1, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def dated(epoch_1904: bool = False) -> bytes:
    first, second = datetime(2026, 3, 2), datetime(2026, 3, 3)
    return sheet(cells(사용일시=first), cells(claim_id="C-002", 사용일시=second), date_1904=epoch_1904)


def serial_sixty() -> bytes:
    content = dated()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    serial = str((date(2026, 3, 3) - date(1899, 12, 30)).days).encode()
    assert xml.count(b"<v>" + serial + b"</v>") == 1
    return repacked(content, in_sheet(b"<v>" + serial + b"</v>", b"<v>60</v>"))


def named_like(name: str, part: str) -> bytes:
    return repacked(sheet(cells()), lambda _, data: data, {part: b"x"})


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
        "A3", csv_bytes(row(가맹점명="똠방각하"), encoding="cp949"), accepted=1, check=merchant("똠방각하"),
        spec={"encodings": ["utf-8", "euc-kr"]},
    )  # fmt: skip
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
        "A8", csv_bytes(row(적요="첫째 줄\n둘째 줄"), row(claim_id="C-002", 금액="x")), rejected=((4, "amount_not_valid"),),
        accepted=1,
    )  # fmt: skip
    yield q("A9", two.replace("점심", '"점심', 1).encode(), "quote_not_closed")
    yield q("A9b", two.replace("점심", '"점"심', 1).encode(), "quote_misplaced")
    yield r("A10", "field_too_long", 적요="x" * 140_000)
    yield Case(
        "A11", csv_bytes(row()) + b"C-002,E1\r\nC-003" + b",x" * 20 + b"\r\n", rejected=((3, "ragged_row"), (4, "ragged_row")),
        accepted=1,
    )  # fmt: skip
    yield q("A12", csv_text([row()], [*HEADER, "금액"]).encode(), "header_duplicated")
    yield q("A13", csv_text([row()], [h for h in HEADER if h != "금액"]).encode(), "columns_missing")
    yield Case(
        "A13b",
        csv_text([row()], [*reversed(HEADER), "비고"]).encode(),
        accepted=1,
        notes=frozenset({"columns_ignored"}),
    )
    yield Case("A14", csv_text([row()], delimiter=";").encode(), accepted=1, spec={"delimiter": ";"})
    yield q("A14b", csv_text([row()], delimiter=";").encode(), "columns_missing")
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
    yield r("A25c", "amount_currency_mark", 금액="₩1000", 통화="USD")
    for number, (text, note) in enumerate(
        (("KRW ", ()), ("krw", ("currency_alias",)), ("원", ("currency_alias",)))
    ):
        yield n(f"A26-{number}", *note, check=lambda _: _same(claim().currency, "KRW"), 통화=text)
    yield r("A26b", "currency_unknown", 통화="XXQ")
    for number, text in enumerate(("2026-03-02", "2026.03.02", "2026년 3월 2일", "20260302", "26/03/02")):
        yield n(f"A27-{number}", check=used_at(datetime(2026, 3, 1, 15, tzinfo=UTC)), 사용일시=text)
    yield r("A27b", "date_mixed", 사용일시="2026.03.02")
    yield r("A28", "date_ambiguous", 사용일시="07/08/2025")
    for number, text in enumerate(("2026-02-30", "2026-13-01", "0000-00-00")):
        yield r(f"A29-{number}", "date_not_valid", 사용일시=text)
    yield Case("A30", serial_sixty(), rejected=((3, "date_serial"),), accepted=1, name="c.xlsx")
    yield Case("A30b", dated(True), accepted=2, name="c.xlsx", check=lambda _: _same(
        set(Claim.objects.values_list("transacted_at", flat=True)), {utc(1, 15), utc(2, 15)}))  # fmt: skip
    yield n("A31", "zone_converted", check=used_at(utc(2, 23, 30)), 사용일시="2026-03-02T23:30Z")
    yield n("A31b", "zone_converted", check=used_at(utc(2, 14, 30)), 사용일시="2026-03-02T23:30:00+09:00")
    yield r("A32", "date_future", 사용일시="2031-01-01 00:00:00")
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
        "A37b", csv_bytes(row(claim_id="0012"), row(claim_id="12 "), row(claim_id="\u200b12"), row(claim_id="aB")),
        accepted=3, notes=frozenset({"spaces_removed"}),
        check=lambda f: _same((f.n_duplicate, set(Claim.objects.values_list("external_id", flat=True))), (1, {"0012", "12", "aB"})),
    )  # fmt: skip
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
    yield q("A41", lying_size(), "archive_size_lies", name="c.xlsx")
    yield q("A41b", named_like("c.xlsx", "../evil.xml"), "archive_names", name="c.xlsx")
    yield q("A41c", named_like("c.xlsx", "xl/inner.zip"), "archive_names", name="c.xlsx")
    yield q("A42", entity_bomb(), "workbook_entities", name="c.xlsx")
    yield q("A43", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "kind_old_excel", name="c.xls")
    yield q("A43b", named_like("c.xlsm", "xl/vbaProject.bin"), "kind_macro_excel", name="c.xlsm")
    yield q("A43c", named_like("c.xlsb", "xl/workbook.bin"), "kind_binary_excel", name="c.xlsb")
    yield q("A43d", b"<html><table><tr><td>1</td></tr></table></html>", "kind_html", name="c.xls")
    yield Case(
        "A44", hidden_sheet(), accepted=1, name="c.xlsx", notes=frozenset({"sheets_ignored", "hidden_rows"})
    )
    yield q("A44b", merged(), "workbook_merged", name="c.xlsx")
    yield Case("A45", lying_dimension(), accepted=1, name="c.xlsx")
    yield q("A45b", far_cell(), "too_many_columns", name="c.xlsx")
    yield q("A46", sheet(cells())[:-200], "file_damaged", name="c.xlsx")
    for number, (column, text) in enumerate(
        (
            ("적요", CANARY), ("적요", "카드 4111-1111-1111-1111 결제"), ("적요", "４１１１ １１１１ １１１１ １１１１"),
            ("카드번호", "5555 5555 5555 4444"), ("승인번호", "378282246310005"), ("가맹점명", "6011111111111117"),
            ("claim_id", "3530111333300000"),
        )
    ):  # fmt: skip
        yield q(f"A48-{number}", text_with(column, text), "card_number")
    yield q("A48-name", good, "card_number", name=f"claims {CANARY}.csv")
    yield q("A48-ragged", good + f"{CANARY},x\r\n".encode(), "card_number")
    yield q("A48-xlsx", sheet(cells(적요=CANARY)), "card_number", name="c.xlsx")
    yield q("A48-rrn", text_with("적요", "900101-1234568"), "resident_number")
    yield q("A48-rrn2", text_with("적요", "9001011234568"), "resident_number")
    yield n("A48-not", 적요="주문 9001011234567 / 110111-0006246")
    yield r("A48-suspect", "resident_number_in_row", 적요="200315-3123450")
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
        "A52", csv_bytes(row(), row(claim_id="C-002", 적요="XYZ")).replace(b"XYZ", b"\xed\xa0\x80"), rejected=((3, "lone_surrogate"),),
        accepted=1,
    )  # fmt: skip
    yield n("A53", "composed", check=merchant("한빛식당"), 가맹점명=unicodedata.normalize("NFD", "한빛식당"))
    yield Case(
        "A54",
        csv_bytes(row(), row(claim_id="C-002", 금액="-13000")),
        rejected=((3, "cancel_exceeds_original"),),
        accepted=1,
    )
    yield Case("A55", csv_bytes(*(row(claim_id=f"C-{i}") for i in range(5))), accepted=5)
    yield Case(
        "A56",
        csv_bytes(*(row(claim_id=f"C-{i}", 적요="", 승인번호="", 카드번호="") for i in range(3))),
        accepted=3,
    )


CASES = tuple(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_input(case: Case, tmp_path: Path) -> None:
    file = deliver(tmp_path, case.content, name=case.name, used=profile(**case.spec))
    if case.quarantine:
        assert (file.state, (file.error or {}).get("code")) == ("quarantined", case.quarantine)
        assert not Claim.objects.exists()
        assert not ClaimFileReject.objects.exists()
        return
    assert (file.state, file.error) == ("imported", None)
    assert codes(file) == list(case.rejected)
    assert_accounted(file)
    if case.accepted is not None:
        assert file.n_accepted == case.accepted == Claim.objects.filter(file=file, is_current=True).count()
    assert case.notes <= noted(file)
    if case.check:
        case.check(file)


def test_every_case_of_the_list_is_here() -> None:
    elsewhere = {"A35", "A36", "A47"}
    found = {case.id.split("-")[0].rstrip("bcd") for case in CASES} | elsewhere
    assert found == {f"A{number}" for number in range(1, 57)}


def test_a_mixed_encoding_is_refused_with_its_byte_offset(tmp_path: Path) -> None:
    content = csv_bytes(row())
    file = deliver(tmp_path, content + "C-002,나".encode("cp949"))
    assert file.error is not None
    assert file.error["params"]["offset"] == len(content) + len("C-002,")
    assert file.error["params"]["line"] == 3


def test_a35_a_known_row_is_a_duplicate_and_nothing_changes(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row()))
    before = list(Claim.objects.values())
    file = deliver(tmp_path, csv_bytes(row(), row(claim_id="C-002")))
    assert (file.n_accepted, file.n_duplicate) == (1, 1)
    assert list(Claim.objects.filter(external_id="C-001").values()) == before
    assert_accounted(file)


def test_a36_changed_content_adds_a_version_and_keeps_the_old_one(tmp_path: Path) -> None:
    deliver(tmp_path, csv_bytes(row()))
    file = deliver(tmp_path, csv_bytes(row(금액="15000")))
    assert (file.n_accepted, file.n_superseding) == (0, 1)
    old, new = Claim.objects.order_by("version")
    assert (old.version, old.is_current, old.amount_minor) == (1, False, 12_000)
    assert (new.version, new.is_current, new.amount_minor, new.supersedes_id) == (2, True, 15_000, old.pk)
    assert_accounted(file)


def test_a47_the_same_content_is_one_file_whoever_sends_it(tmp_path: Path) -> None:
    first = deliver(tmp_path, csv_bytes(row()), name="monday.csv")
    second = deliver(tmp_path, csv_bytes(row()), name="tuesday.csv")
    assert first.pk == second.pk
    assert ClaimFile.objects.count() == Claim.objects.count() == 1


def test_nothing_of_a_quarantined_card_number_is_stored_anywhere(tmp_path: Path) -> None:
    from django.apps import apps

    file = deliver(
        tmp_path, csv_bytes(row(), row(claim_id="C-2", 적요=f"paid with {CANARY}")), name=f"{CANARY}.csv"
    )
    assert file.state == "quarantined"
    for model in apps.get_models():
        for values in model._base_manager.values():
            text = " ".join(str(value) for value in values.values())
            assert CANARY not in text
            assert CANARY[:12] not in text


def test_a_rejected_row_keeps_its_line_column_code_and_original(tmp_path: Path) -> None:
    file = deliver(tmp_path, csv_bytes(row(), row(claim_id="C-002", 금액="viel", 적요="저녁, 회식")))
    (reject,) = file.rejects.all()
    assert (reject.line, reject.column, reject.code) == (3, "금액", "amount_not_valid")
    assert (
        reject.original == csv_text([row(claim_id="C-002", 금액="viel", 적요="저녁, 회식")]).split("\r\n")[1]
    )


def test_merchants_are_the_same_whatever_the_spelling_of_their_form(tmp_path: Path) -> None:
    names = ["(주) 한빛식당", "㈜한빛식당", "주식회사 한빛식당", "한빛  식당"]
    deliver(tmp_path, csv_bytes(*(row(claim_id=f"C-{i}", 가맹점명=name) for i, name in enumerate(names))))
    assert Merchant.objects.count() == 1


def test_a_far_away_cell_costs_neither_time_nor_memory(tmp_path: Path) -> None:
    content = repacked(
        sheet(cells()),
        in_sheet(b"</sheetData>", b'<row r="1048000"><c r="Z1048000"><v>1</v></c></row></sheetData>'),
    )
    file = deliver(tmp_path, content, name="far.xlsx")
    assert (file.error or {}).get("code") == "too_many_rows"


def test_every_code_of_the_list_has_its_sentence_in_both_languages() -> None:
    for case in CASES:
        wanted = (
            [("file", case.quarantine)] if case.quarantine else [("row", code) for _, code in case.rejected]
        )
        for area, code in [*wanted, *(("note", note) for note in case.notes)]:
            english, korean = sentence(area, code, {}, "en"), sentence(area, code, {}, "ko")
            assert english != code
            assert english != korean


def test_limits_are_the_documented_ones() -> None:
    assert (Limits().field_bytes, Limits().archive_entries, Limits().archive_ratio) == (131_072, 1_000, 100)


def test_an_upload_is_read_in_a_child_process_with_the_same_result(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(csv_bytes(row(), row(claim_id="C-002", 금액="x")))
    file = import_claim_file(
        path=path, name="claims.csv", profile=profile(), by=BY, received_at=ARRIVED, apart=True
    )
    assert (file.state, file.n_accepted, codes(file)) == ("imported", 1, [(3, "amount_not_valid")])


def test_a_reader_that_needs_too_much_memory_is_stopped(tmp_path: Path, settings: Any) -> None:
    settings.IMPORT_MAX_MEGABYTES = 20
    path = tmp_path / "upload"
    path.write_bytes(csv_bytes(row()))
    file = import_claim_file(path=path, name="claims.csv", profile=profile(), by=BY, apart=True)
    assert (file.state, (file.error or {})["code"]) == ("quarantined", "reader_stopped")
