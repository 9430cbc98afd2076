"""Every text and JSON column of every model, found by looking: no card or resident number planted there is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, Field, JSONField, TextField, Value
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.actor import Actor
from audit.keeping import SEALED, SEARCHED, guarded_columns, kept
from audit.redaction import find_numbers
from audit.services import CONFIG, find_faults, record, record_first
from audit.transactions import one_transaction

# Made-up numbers that pass the sums, as people write them.
WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)}
# fmt: off
CARDS = ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111\u00a01111\u00a01111\u00a01111",
         "5555555555554444", "378282246310005", "3782 822463 10005", "6011111111111117", "3530111333300000".translate(WIDE), "30569309025904"]
RESIDENTS = ["900101-1234568", "9001011234568", "900101 1234568", "850505-5123450", "201105-3123457", "900101-1234568".translate(WIDE)]
# fmt: on
PLANTS = CARDS + RESIDENTS
COLUMNS = list(guarded_columns())
IDS = [f"{model._meta.label}.{field.name}" for model, field in COLUMNS]


def written(field: Field[Any, Any], value: Any) -> str:
    """What is bound into the statement for this column."""
    return str(field.get_db_prep_save(value, connection))


def test_no_text_column_is_left_out_but_those_that_say_why() -> None:
    every = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, CharField | TextField | JSONField)
    }
    left_out = {name for name in every - set(IDS) if name.rsplit(".", 1)[0] not in SEARCHED}
    assert left_out == SEALED
    assert len(IDS) >= 150


def test_no_column_keeps_a_planted_number() -> None:
    planted = 0
    for (_, field), name in zip(COLUMNS, IDS, strict=True):
        for plant in PLANTS:
            is_json = isinstance(field, JSONField)
            found = written(field, {"said": [f"x {plant} y"], plant: 1} if is_json else plant)
            assert not find_numbers(found), (name, plant)
            assert plant not in found, (name, plant)
            assert json.dumps(plant)[1:-1] not in found, (name, plant)
            assert is_json or len(found) <= (field.max_length or len(found)), (name, plant)
            planted += 1
    assert planted >= 150 * len(PLANTS)


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
    assert all("[" in name and not find_numbers(name) for name in names)


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
@settings(max_examples=60, deadline=None)
def test_what_was_struck_out_once_stays_as_it_is(value: Any) -> None:
    once = kept(value)
    assert kept(once) == once


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
