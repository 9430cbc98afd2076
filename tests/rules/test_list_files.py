"""A list from a file: what is taken, what is there, what is refused and why; values that end."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.actor import Actor
from rules.exceptions import ValueNotValid
from rules.models import ValueList
from rules.services import approve_value_change, list_specs, propose_list_values
from rules.services.list_files import lines_text, list_lines, read_list_file
from tests.cast import make_cast

TODAY = date(2026, 11, 29)


@pytest.fixture
def shops(monkeypatch: pytest.MonkeyPatch) -> ValueList:
    monkeypatch.setattr("audit.clock.today", lambda: TODAY)
    return ValueList(name="shops", kind="text", values=["카페", "Bar"], expires={"Bar": "2027-01-01"})


def test_each_line_is_accepted_doubled_or_refused_with_its_reason(shops: ValueList) -> None:
    data = "값,만료일\n노래방,2027-06-30\nＢＡＲ,\n노래방,\n,2027-01-01\n4111 1111 1111 1111,\n포차,내년\n호프,2026-11-29\n\n클럽\n"
    told = read_list_file(shops, data.encode("cp949"))
    assert [(row.line, row.status) for row in told.rows] == [
        (2, "accepted"),
        (3, "duplicate"),
        (4, "duplicate"),
        (5, "refused"),
        (6, "refused"),
        (7, "refused"),
        (8, "refused"),
        (10, "accepted"),
    ]
    assert all(row.reason for row in told.rows if row.status != "accepted")
    assert not any("4111" in row.value for row in told.rows)
    assert told.values == ("카페", "Bar", "노래방", "클럽")
    assert told.expires == {"Bar": date(2027, 1, 1), "노래방": date(2027, 6, 30)}


@pytest.mark.parametrize(
    "data", ["5812;2027-01-01\n5813", "value\t만료일\n5812\t2027-01-01\n5813", "5812,2027-01-01\n5813"]
)
def test_files_with_other_separators_and_without_a_head_are_read(shops: ValueList, data: str) -> None:
    told = read_list_file(shops, data.encode())
    assert told.values[2:] == ("5812", "5813")
    assert told.expires["5812"] == date(2027, 1, 1)


@pytest.mark.parametrize(
    "head", ["값,만료", "value,ends", "value,valid_until", "Value,Valid Until", "코드,유효 기간"]
)
@pytest.mark.parametrize(
    "day", ["2027-01-31", "2027. 1. 31.", "2027/01/31", "2027/1/31", "20270131", "2027년 1월 31일"]
)
def test_an_end_is_read_however_its_column_and_day_are_written(shops: ValueList, head: str, day: str) -> None:
    told = read_list_file(shops, f"{head}\n노래방,{day}\n포차,곧\n".encode())
    assert [(row.value, row.status) for row in told.rows] == [("노래방", "accepted"), ("포차", "refused")]
    assert told.expires["노래방"] == date(2027, 1, 31)


def test_an_end_for_what_is_listed_already_changes_its_end_and_is_told(shops: ValueList) -> None:
    told = read_list_file(
        shops,
        "값,만료일\n카페,2027-03-01\nＢＡＲ,2027-05-01\n노래방,2027-06-30\n노래방,2027-07-31\n카페,\n".encode(),
    )
    assert [(row.status, bool(row.reason)) for row in told.rows] == [
        ("accepted", True), ("accepted", True), ("accepted", False), ("refused", True), ("duplicate", True),
    ]  # fmt: skip
    assert told.values == ("카페", "Bar", "노래방")
    assert told.expires == {"카페": date(2027, 3, 1), "Bar": date(2027, 5, 1), "노래방": date(2027, 6, 30)}
    assert [row.status for row in read_list_file(shops, b"Bar,2027-01-01\n").rows] == ["duplicate"]


@pytest.mark.parametrize("head", ["값,언제까지", "무엇,만료일", "value,note", "foo,bar", "value,until,ends"])
def test_a_first_line_that_is_not_understood_is_refused_with_what_would_be_right(
    shops: ValueList, head: str
) -> None:
    with pytest.raises(ValueNotValid, match="만료일"):
        read_list_file(shops, f"{head}\n노래방,2027-01-31\n".encode())


def test_a_list_of_categories_takes_four_digits_and_its_own_column(shops: ValueList) -> None:
    bars = ValueList(name="bar_mcc", kind="code", values=["5813"], expires={})
    told = read_list_file(
        bars, "mcc,name,until\n7273,주점,2027-01-31\n58x3,,\n742,,\n술집,,\n5813,,\n".encode()
    )
    assert [row.status for row in told.rows] == ["accepted", "refused", "refused", "refused", "duplicate"]
    assert told.expires == {"7273": date(2027, 1, 31)}
    assert [row.status for row in read_list_file(bars, b"5812,2027-01-31,x\n").rows] == ["refused"]


@pytest.mark.parametrize("data", [b"\x00\x01\xff", b"x" * 5_000_001])
def test_what_is_no_text_file_is_refused(shops: ValueList, data: bytes) -> None:
    with pytest.raises(ValueNotValid):
        read_list_file(shops, data)


LINES = st.lists(
    st.text("가나ab 12", min_size=1, max_size=8).map(str.strip).filter(bool), unique=True, max_size=6
)


@given(LINES, st.data())
def test_box_reads_what_it_shows(values: list[str], data: st.DataObject) -> None:
    days = data.draw(st.dictionaries(st.sampled_from(values), st.dates(), max_size=3)) if values else {}
    text = lines_text(values, {value: day.isoformat() for value, day in days.items()})
    assert list_lines(text) == (values, days)


def test_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueNotValid):
        list_lines("카페 | 2026-02-30")


@pytest.mark.django_db
def test_a_category_that_is_none_is_refused_from_the_box_too_and_what_was_there_stays() -> None:
    admin: Actor = make_cast().actor("rule_admin")
    row = ValueList.objects.create(name="bar_mcc", kind="code", values=["58x3"])
    for wrong in ("742", "58x4", "술집"):
        with pytest.raises(ValueNotValid, match="5813"):
            propose_list_values(value_list=row, values=["58x3", wrong], lock_version=1, by=admin)
    change = propose_list_values(value_list=row, values=["58x3", "5813"], lock_version=1, by=admin)
    assert change.content["values"] == ["5813", "58x3"]


@pytest.mark.django_db
def test_value_counts_until_its_day_and_a_change_of_days_takes_two_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = make_cast()
    admin: Actor = cast.actor("rule_admin")
    row = ValueList.objects.create(name="shops", kind="text", values=["카페", "바"])
    ends = {"바": date(2026, 12, 31)}
    change = propose_list_values(
        value_list=row, values=["카페", "바"], expires=ends, lock_version=1, by=admin
    )
    assert ValueList.objects.get().expires == {}
    approve_value_change(change=change, by=cast.actor("approver"))
    for day, expected in ((date(2026, 12, 30), {"카페", "바"}), (date(2026, 12, 31), {"카페"})):
        monkeypatch.setattr("audit.clock.today", lambda day=day: day)
        assert list_specs()["shops"].values == expected
    kept = ValueList.objects.get()
    propose_list_values(value_list=kept, values=["카페", "바", "포차"], lock_version=2, by=admin)
    assert kept.changes.first().content["expires"] == {"바": "2026-12-31"}


def test_a_cell_that_is_no_day_is_told_with_its_column_and_what_would_be_right(shops: ValueList) -> None:
    data = "값,비고,만료일\n가,x,2027-02-30\n나,x,2027-13-01\n다,x,내년\n라,x,2027-02-28\n".encode()
    reasons = [row.reason for row in read_list_file(shops, data).rows]
    assert "2027-02-30" in reasons[0]
    assert "2027-02-28" in reasons[0]
    assert "2027-13-01" in reasons[1]
    assert "내년" in reasons[2]
    assert all("3" in reason.split(":")[0] for reason in reasons[:3])
    assert reasons[3] == ""


def test_a_day_of_the_box_that_does_not_exist_is_told_with_its_line() -> None:
    with pytest.raises(ValueNotValid, match=r"2.*2026-02-30.*2026-02-28"):
        list_lines("바\n카페 | 2026-02-30")


def test_an_end_in_the_value_s_own_cell_is_one_as_it_would_be_in_the_box(shops: ValueList) -> None:
    rows = read_list_file(shops, "값\n바 | 2099-01-01\n펍|2099-02-30\n".encode()).rows
    assert (rows[0].value, rows[0].expires, rows[0].status) == ("바", date(2099, 1, 1), "accepted")
    assert (rows[1].value, rows[1].status) == ("펍", "refused")
    assert "1" in rows[1].reason.split(":")[0]
    assert "2099-02-28" in rows[1].reason


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"bar\x00\n", b"\x1b[31mbar\n"])
def test_a_file_that_is_no_text_gives_no_value(shops: ValueList, data: bytes) -> None:
    with pytest.raises(ValueNotValid, match="UTF-8"):
        read_list_file(shops, data)


def test_lines_that_end_as_on_an_old_macintosh_are_lines(shops: ValueList) -> None:
    assert [row.value for row in read_list_file(shops, "와인\r위스키 바\r".encode()).rows] == [
        "와인",
        "위스키 바",
    ]
