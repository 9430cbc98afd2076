"""What no code may get around, held by the database itself, on SQLite and PostgreSQL.

* A case changes its state or disposition only to a next version that its audit chain already has an entry for.
* Nobody proposes or decides a case, and no case is assigned to anybody, whose employee number is the cardholder's.

SQLite drops triggers with a table it rebuilds: a later migration that alters `cases_case` or `cases_decision` runs
`create_guards` again (tests/cases/test_guards.py notices when one forgets).
"""

from django.db import migrations

_ENTRY = {
    "sqlite": "json_extract(e.after, '$.version') = NEW.version",
    "postgresql": "(e.after->>'version')::bigint = NEW.version",
}
_UNRECORDED = """
    (NEW.state IS DISTINCT FROM OLD.state OR NEW.disposition IS DISTINCT FROM OLD.disposition)
    AND (NEW.version <= OLD.version OR NOT EXISTS (
        SELECT 1 FROM audit_auditevent e WHERE e.subject = 'case:' || NEW.reference AND {entry}))
"""
_SAME_PERSON = """
    EXISTS (SELECT 1 FROM cases_case c JOIN fraud_cardholder h ON h.id = c.cardholder_id JOIN fraud_user u ON u.id IN ({users})
            WHERE c.id = {case} AND TRIM(u.employee_no) <> '' AND LOWER(TRIM(u.employee_no)) = LOWER(TRIM(h.employee_no)))
"""
_DECIDES_OWN = _SAME_PERSON.format(users="NEW.proposed_by_id, NEW.decided_by_id", case="NEW.case_id")
_HOLDS_OWN = "NEW.assignee_id IS NOT NULL AND " + _SAME_PERSON.format(users="NEW.assignee_id", case="NEW.id")

# name, when, table, what is refused, what it says
GUARDS = [
    (
        "cases_case_recorded",
        "UPDATE OF state, disposition",
        "cases_case",
        _UNRECORDED,
        "a change of a case needs its audit entry",
    ),
    ("cases_case_own", "UPDATE OF assignee_id", "cases_case", _HOLDS_OWN, "nobody holds their own case"),
    ("cases_decision_own_new", "INSERT", "cases_decision", _DECIDES_OWN, "nobody decides their own case"),
    ("cases_decision_own", "UPDATE", "cases_decision", _DECIDES_OWN, "nobody decides their own case"),
]


def create_guards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, when, table, refused, says in GUARDS:
        condition = refused.replace("{entry}", _ENTRY.get(vendor, ""))
        if vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')} "
                f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
            )
        elif vendor == "postgresql":
            schema_editor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
                f"RAISE EXCEPTION '{says}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
            )
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def drop_guards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, _, table, _, _ in GUARDS:
        if vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        elif vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only"), ("cases", "0002_initial"), ("fraud", "0002_initial")]
    operations = [migrations.RunPython(create_guards, drop_guards)]
