"""Every text and JSON column of every model, found by looking: no card or resident number planted there is kept (ASVS 5: 14.2.6, 16.2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.db.models import Field, JSONField, Value
from django.db.models.expressions import Col
from django.db.models.lookups import Exact
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.actor import Actor
from audit.keeping import EXEMPT, guarded_columns, is_known_by, kept, keyed, text_columns
from audit.redaction import find_struck, is_card_number
from audit.services import CONFIG, find_faults, record, record_first
from audit.transactions import one_transaction
from tests.draws import draws

# Made-up numbers that pass the sums, as people write them.
WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)}
# fmt: off
CARDS = ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111\u00a01111\u00a01111\u00a01111",
         "5555555555554444", "378282246310005", "3782 822463 10005", "6011111111111117", "3530111333300000".translate(WIDE), "30569309025904",
         "4111&nbsp;1111&nbsp;1111&nbsp;1111", "④①①①①①①①①①①①①①①①", "⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹"]
RESIDENTS = ["8906175126252", "6109156743569", "900101-1234568", "9001011234568", "900101 1234568", "850505-5123450", "201105-3123457", "9003151234567", "900101-1234568".translate(WIDE)]
# fmt: on
PLANTS = CARDS + RESIDENTS
COLUMNS = dict(guarded_columns())
KEYS = {name: field for name, field in COLUMNS.items() if is_known_by(name, field)}
JSON = {name for name, field in COLUMNS.items() if isinstance(field, JSONField)}


def written(field: Field[Any, Any], value: Any) -> str:
    """What is bound into the statement for this column."""
    return str(field.get_db_prep_save(value, connection))


def test_every_text_column_is_guarded_or_says_why_not() -> None:
    silent = {
        name
        for name, field in text_columns()
        if name not in COLUMNS
        and not field.choices
        and not EXEMPT.get(name, EXEMPT.get(name.rpartition(".")[0]))
    }
    assert silent == set()
    assert len(COLUMNS) >= 150


def test_nothing_is_exempt_that_does_not_exist() -> None:
    names = {name for name, _ in text_columns()}
    assert set(EXEMPT) <= names | {name.rpartition(".")[0] for name in names}


def test_a_column_with_an_open_set_of_values_is_never_exempt_as_a_choice() -> None:
    assert {"cases.StatementEntry.reference", "cases.Decision.reason", "rules.RuleVersion.text"} <= set(
        COLUMNS
    )


def test_no_column_keeps_a_planted_number() -> None:
    planted = 0
    for name, field in COLUMNS.items():
        for plant in PLANTS:
            found = written(field, {"said": [f"x {plant} y"], plant: 1} if name in JSON else plant)
            assert not find_struck(found), (name, plant)
            assert plant not in found, (name, plant)
            assert json.dumps(plant)[1:-1] not in found, (name, plant)
            assert name in JSON or len(found) <= (field.max_length or len(found)), (name, plant)
            planted += 1
    assert planted >= 150 * len(PLANTS)


@pytest.mark.parametrize("name", sorted(set(COLUMNS) - JSON))
def test_what_is_looked_for_is_what_was_written(name: str) -> None:
    field = COLUMNS[name]
    for plant in (*PLANTS, "nothing to strike out"):
        text = f"{plant} of us"
        asked, params = Exact(Col("t", field), text).process_rhs(_compiler(), connection)
        assert (asked, [str(value) for value in params]) == ("%s", [written(field, text)])


def _compiler() -> Any:
    from django.contrib.auth.models import Group

    return Group.objects.all().query.get_compiler(connection=connection)


@pytest.mark.parametrize(
    "name", sorted(name for name in KEYS if (KEYS[name].max_length or 99) >= len(PLANTS[0]))
)
def test_what_something_is_known_by_stays_apart(name: str) -> None:
    field = KEYS[name]
    texts = [f"{prefix}{card}" for card in same_ends() for prefix in ("", "A")]
    made = [written(field, text) for text in texts]
    assert len(set(made)) == len(texts)
    assert [written(field, text) for text in made] == made


def same_ends() -> list[str]:
    """Three card numbers that end in 1111."""
    found = [f"4{n:011}1111" for n in range(2000) if is_card_number(f"4{n:011}1111")][:3]
    assert len({kept(card) for card in found}) == 1
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("plant", PLANTS[::4])
def test_every_way_of_writing_meets_the_guard(plant: str) -> None:
    from django.contrib.auth.models import Group

    Group.objects.create(name=f"a {plant}")
    Group.objects.bulk_create([Group(name=f"b {plant}")])
    changed = Group.objects.create(name="c")
    Group.objects.filter(pk=changed.pk).update(name=f"c {plant}")
    again = Group.objects.create(name="d")
    again.name = f"d {plant}"
    Group.objects.bulk_update([again], ["name"])
    value = Group.objects.create(name="e")
    Group.objects.filter(pk=value.pk).update(
        name=Value(f"e {plant}", output_field=Group._meta.get_field("name"))
    )
    names = list(Group.objects.filter(name__regex=r"^[a-e] ").values_list("name", flat=True))
    assert len(names) == 5
    assert all("[" in name and not find_struck(name) for name in names)


@pytest.mark.django_db
def test_the_chain_holds_although_numbers_were_struck_out_of_its_entries() -> None:
    by = Actor(username="4111111111111111")
    with one_transaction():
        for plant in PLANTS:
            record(
                action="audit.exported",
                by=by,
                subject=CONFIG,
                reason=f"why {plant}",
                before={"name": plant},
                after={"list": [plant, {plant: plant}]},
            )
        record_first(action="audit.exported", by=by, entries=[("plant:1", {"name": PLANTS[0]})])
    assert find_faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_auditevent")
        dump = str(cursor.fetchall())
    assert not any(plant in dump or json.dumps(plant)[1:-1] in dump for plant in PLANTS)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.sampled_from(PLANTS)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
@settings(max_examples=draws(60), deadline=None)
def test_what_was_struck_out_once_stays_as_it_is(value: Any) -> None:
    once = kept(value)
    assert kept(once) == once


@given(st.text(max_size=30), st.sampled_from(PLANTS), st.text(max_size=70), st.integers(20, 90))
@settings(max_examples=draws(100), deadline=None)
def test_a_key_made_once_stays_and_fits(before: str, plant: str, after: str, longest: int) -> None:
    once = keyed(f"{before} {plant} {after}", longest)
    assert len(once) <= longest
    assert not find_struck(once)
    assert keyed(once, longest) == once


def test_two_names_in_an_object_stay_two() -> None:
    assert len(kept(dict.fromkeys(same_ends(), 1))) == 3


HARMLESS = [
    "5f4dcc3b5aa765d61d8327deb882cf99a1b2c3d4e5f60718",
    "C-2026-000123",
    "2026-11-29T06:42:34.123456+00:00",
    "1234567890123",
    "9f8b1c1e-4111-4111-8111-111111111111",
    "₩ 1,234,567,890,123",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_hashes_times_amounts_and_references_stay(text: str) -> None:
    assert kept(text) == text
    assert kept({"n": 4111111111111111}) == {"n": 4111111111111111}


@pytest.mark.django_db
def test_an_object_that_was_saved_holds_what_is_kept_of_it() -> None:
    """An answer made of the object repeats no number either."""
    from django.contrib.auth.models import Group

    made = Group.objects.create(name="a 4111 1111 1111 1111")
    [many] = Group.objects.bulk_create([Group(name="b 4111 1111 1111 1111")])
    made.refresh_from_db()
    for one in (made, many):
        assert not find_struck(one.name)
        assert one.name == Group.objects.get(pk=one.pk).name
    made.name = "c 4111 1111 1111 1111"
    made.save()
    assert made.name == Group.objects.get(pk=made.pk).name
    assert not find_struck(made.name)
