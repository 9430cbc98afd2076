"""On PostgreSQL what a page asks again is planned once a connection, and the answers are those of asking plainly."""

from __future__ import annotations

import json
from pathlib import Path

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
