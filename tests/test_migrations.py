"""A company of an earlier version is brought up to date and has, in the end, the very tables of a new one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from tests.databases import NAME, migrate, put_migrated_file

#: Tables as they were at audit 0002, rules 0001, fraud 0002, cases 0003, before any step was joined with others.
OLD = Path(__file__).with_name("tables_of_old.sql")
ROWS = """
INSERT INTO auth_group (id, name) VALUES (1, 'reviewer'), (2, 'data_client');
INSERT INTO fraud_user (id, username, password, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined, employee_no, language, theme)
    VALUES (1, 'kim', '', 0, '', '', '', 0, 1, '2026-01-01', 'E1', 'ko', ''), (2, 'erp', '', 0, '', '', '', 0, 1, '2026-01-01', '', 'ko', '');
INSERT INTO fraud_user_groups (user_id, group_id) VALUES (1, 1), (2, 2);
CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, user_id integer);
INSERT INTO authtoken_token VALUES ('0123456789abcdef', 2);
"""


def tables(file: Path) -> dict[str, Any]:
    """Every table with its columns, references and named conditions, every index and trigger; in which order columns stand is no matter."""
    found: dict[str, Any] = {}
    with sqlite3.connect(file) as lite:
        sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        for kind, name, text in lite.execute(sql).fetchall():
            if kind != "table":
                found[name] = text
                continue
            columns = sorted(str(row[1:]) for row in lite.execute(f'PRAGMA table_info("{name}")'))
            points = sorted(str(row[2:7]) for row in lite.execute(f'PRAGMA foreign_key_list("{name}")'))
            named = sorted(part.split('"')[1] for part in text.split("CONSTRAINT ")[1:])
            found[name] = columns, points, named, text.count("CHECK")
    return found


def test_old_company_ends_with_the_tables_of_a_new_one_and_keeps_its_people(tmp_path: Path) -> None:
    old, new = tmp_path / NAME, tmp_path / "new" / NAME
    with sqlite3.connect(old) as lite:
        lite.executescript(OLD.read_text() + ROWS)
    migrate(tmp_path)
    put_migrated_file(new)
    assert tables(old) == tables(new)
    with sqlite3.connect(old) as lite:
        assert lite.execute("SELECT user_id, role FROM fraud_rolegrant ORDER BY 1").fetchall() == [
            (1, "reviewer"),
            (2, "data_client"),
        ]
        tokens = lite.execute("SELECT user_id, prefix FROM fraud_servicetoken").fetchall()
        assert tokens == [(2, "01234567")]
