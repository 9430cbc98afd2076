"""Reading a statement in a bounded process of its own, as claim files are: whatever a file does there, the rest goes on."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from cases.statements.columns import TableSpec, read_table_spec
from cases.statements.entries import Entry, Statement, StatementNotValid
from cases.statements.reading import is_statement, read_rows, read_statements
from fraud.claims.importing.bounded import Bounds, ask_child
from fraud.claims.importing.problems import FileQuarantined


def read_apart(
    content: bytes, spec: TableSpec, *, currency: str, zone: str, bounds: Bounds
) -> list[Statement]:
    """The statements of a file, whatever its kind: a bank's own format, or a table read by `spec`. Raises StatementNotValid."""
    with tempfile.NamedTemporaryFile(prefix="statement-") as file:
        file.write(content)
        file.flush()
        task = {"path": file.name, "spec": asdict(spec), "currency": currency, "zone": zone}
        try:
            answer = ask_child(__name__, task, bounds)
        except FileQuarantined as error:
            raise StatementNotValid("file", reason=error.code, values=error.params) from error
    if "error" in answer:
        raise StatementNotValid(answer["error"]["code"], **answer["error"]["params"])
    return [_statement(told) for told in answer["statements"]]


def read_here(content: bytes, spec: TableSpec, *, currency: str, zone: str) -> list[Statement]:
    """The same in this process. Raises StatementNotValid."""
    if is_statement(content):
        return read_statements(content)
    return read_rows(content, spec, currency=currency, zone=zone)


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does: {"statements": …}, or what was wrong with the file."""
    try:
        found = read_here(
            Path(task["path"]).read_bytes(),
            read_table_spec(task["spec"]),
            currency=task["currency"],
            zone=task["zone"],
        )
    except StatementNotValid as error:
        return {"error": {"code": error.code, "params": error.params}}
    return {"statements": [_plain(statement) for statement in found]}


def _plain(statement: Statement) -> dict[str, Any]:
    entries = [{**asdict(entry), "booked_on": entry.booked_on.isoformat()} for entry in statement.entries]
    return {**asdict(replace(statement, entries=[])), "entries": entries}


def _statement(told: Mapping[str, Any]) -> Statement:
    entries = [
        Entry(**{**entry, "booked_on": date.fromisoformat(entry["booked_on"])}) for entry in told["entries"]
    ]
    return Statement(**{**told, "entries": entries})
