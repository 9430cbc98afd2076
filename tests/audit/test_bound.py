"""On PostgreSQL what a page asks again is planned once a connection, and the answers are those of asking plainly."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audit import bound
from tests.databases import new_migrated_database
from tests.fault.rig import Company, Zygote

SCRIPT = """
import json
from datetime import date
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from audit import bound
from audit.paging import read_together_as
from audit.people_rows import with_number
from audit.prepared import prepared
from fraud.claims.models import Cardholder, Department

part = Department.objects.create(code="D1", name="Sales")
made = [Cardholder.objects.create(employee_no=f"E{n}", name=f"n{n}", hired_on=date(2020, 1, 1 + n), department=part) for n in range(9)]
def build(people, number, day):
    rows = with_number(Cardholder.objects.filter(pk__in=people, hired_on__gte=day), "employee_no", number)
    return rows.select_related("department").order_by("-pk")
reading = prepared(build)
asked = [([one.pk for one in made[:n]], f"e{m}", date(2020, 1, 3)) for n in (1, 3, 4, 8) for m in range(6)]
def answers():
    return [reading.rows(*one) for one in asked]
def kept():
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]
def lists():
    return read_together_as("test", lambda: [Cardholder.objects.order_by("pk").values_list("pk")[:2], Department.objects.values_list("pk")], 2)

said = {"before": kept(), "equal": [answers(), answers()] == [[list(build(*one)) for one in asked]] * 2}
said["found"], said["department"] = sum(map(len, answers())), next(row for row in answers() if row)[0].department.name
said["lists"] = lists() == lists() == [[(made[0].pk,), (made[1].pk,)], [(part.pk,)]]
said["after"] = kept()
answers(), lists()
said["again"] = kept()
with transaction.atomic(), CaptureQueriesContext(connection) as counted:
    # of two bare parameters the server cannot tell a type: asked plainly, and the transaction goes on
    said["untold"] = bound.rows_of("SELECT jsonb_build_array(%s, %s)::text", ["a", "b"])
    said["goes on"] = Cardholder.objects.count()
said["counted"] = len(counted) > 1
with transaction.atomic():
    said["untold again"] = bound.rows_of("SELECT jsonb_build_array(%s, %s)::text", ["c", "d"])
print("SAID " + json.dumps(said))
"""


def test_kept_statements_answer_as_plain_ones_and_are_kept_once(
    postgres: str, zygote: Zygote, tmp_path: Path
):
    script = tmp_path / "ask.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = Company(tmp_path, zygote, new_migrated_database(postgres, "bound")).manage("python", str(script))
    assert done["status"] == 0, done["output"]
    said = json.loads(done["output"].rpartition("SAID ")[2])
    assert said["equal"]
    assert said["lists"]
    assert said["counted"]
    assert (said["found"], said["department"]) == (7, "Sales")
    assert said["before"] == 0 < said["after"] == said["again"]
    assert said["after"] == 4  # a list of one, of three or four, and of eight people; a reading of two lists
    assert said["goes on"] == 9
    assert said["untold"] == [['["a", "b"]']]
    assert said["untold again"] == [['["c", "d"]']]


@given(
    st.lists(
        st.one_of(
            st.integers(), st.text("ab%s ", max_size=3), st.lists(st.integers(0, 99), min_size=1, max_size=20)
        )
    )
)
def test_a_long_list_of_numbers_goes_as_one_value_and_all_others_stay_where_they_were(values):
    """Each value of a statement is written out with what stands before it, once as asked and once as sent."""
    parts, params = [], []
    for n, value in enumerate(values):
        many = value if isinstance(value, list) else [value]
        parts.append(
            f"c{n} {'IN (' + ', '.join(['%s'] * len(many)) + ')' if many is value else '> %s AND 5 %% 2'}"
        )
        params += many
    sql, sent = bound._in_arrays(" AND ".join(parts), params)
    assert sql.replace("%%", "").count("%s") == len(sent)
    texts = iter(sql.split("%s"))
    told = [(next(texts), value) for value in sent]
    assert [one for _text, value in told for one in (value if isinstance(value, list) else [value])] == params
    for text, value in told:
        assert text.endswith("= ANY(") == isinstance(value, list)
    assert [value for value in sent if isinstance(value, list)] == [
        value for value in values if isinstance(value, list) and len(value) >= 8
    ]


def test_what_is_not_in_a_list_is_left_as_it_stands():
    assert bound._in_arrays("a NOT IN (%s)".replace("%s", ", ".join(["%s"] * 9)), range(9))[0].startswith(
        "a NOT IN (%s, "
    )
