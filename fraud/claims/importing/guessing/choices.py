"""What a person chose on the assistant's page (or left as guessed), and the profile that says the same."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.guessing.columns import KEPT, TIME_OF
from fraud.claims.importing.guessing.grid import UNKNOWN, Layout
from fraud.claims.importing.headers import plain

#: What tells rows apart that have no id of their own.
_IDENTITY = (
    "transacted_at", "card_number", "employee_no", "authorization_code", "merchant_name", "merchant_no", "amount",
    "currency", "txn_type", "claim_no", "line_no", "account_code", "department_code", "project_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """How a table is to be read. `fields`: header → field, `transacted_at:time`, `extra` or nothing."""

    layout: Layout = UNKNOWN
    fields: Mapping[str, str] = field(default_factory=dict)
    date_forms: tuple[str, ...] = ("iso",)
    decimal: str = "."
    thousands: str = ","
    zero_decimals: bool = False
    invert_sign: bool = False
    currency: str = ""
    zone: str = ""
    sensitive: str = "quarantine"
    allow_formulas: bool = False
    source_system: str = ""
    base: Mapping[str, Any] = field(
        default_factory=dict
    )  # the profile it fits, with all that is not chosen here


def spec_of(choices: Choices) -> dict[str, Any]:
    """The profile (JSON) the choices say. It may lack a required field: `read_spec` tells."""
    spec: dict[str, Any] = copy.deepcopy(dict(choices.base))
    spec["columns"] = _columns(choices, spec.get("columns", {}))
    _set_reading(spec, choices)
    spec["dates"] = {"max_age_years": 0, **spec.get("dates", {}), "formats": list(choices.date_forms)}
    amounts = dict(spec.get("amounts", {}))
    wanted = {
        "decimal": (choices.decimal, "."),
        "thousands": (choices.thousands, ","),
        "zero_decimals": (choices.zero_decimals, False),
        "invert_sign": (choices.invert_sign, False),
    }
    for key, (value, usual) in wanted.items():
        if value != usual or key in amounts:
            amounts[key] = value
    spec["amounts"] = amounts
    currency = dict(spec.get("currency", {}))
    if choices.currency:
        currency["default"] = choices.currency
    spec["currency"] = currency
    kept = _unmapped(spec.get("extra", {}), choices.fields)
    known = {plain(alias) for aliases in kept.values() for alias in aliases}
    new = [h for h, name in choices.fields.items() if name == KEPT and plain(h) not in known]
    spec["extra"] = {**kept, **{header.strip()[:40]: [header] for header in new}}
    _identify(spec)
    return {key: value for key, value in spec.items() if value not in ({}, [], "")}


def _set_reading(spec: dict[str, Any], choices: Choices) -> None:
    layout = choices.layout
    if choices.source_system:
        spec["source_system"] = choices.source_system
    if layout.separator:
        spec["delimiter"] = layout.separator
    if layout.encoding and layout.encoding not in {"utf-8", "utf-16-le", "utf-16-be"}:
        others = [name for name in spec.get("encodings", []) if name not in {"utf-8", layout.encoding}]
        spec["encodings"] = ["utf-8", layout.encoding, *others]
    if layout.sheet:
        spec["sheet"] = layout.sheet
    for key, value, usual in (
        ("zone", choices.zone, ""),
        ("sensitive", choices.sensitive, "quarantine"),
        ("allow_formulas", choices.allow_formulas, False),
    ):
        if value != usual or key in spec:
            spec[key] = value


def _columns(choices: Choices, base: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with the headers that deliver them: the base's names stay for the next file, unless a header was given elsewhere."""
    chosen: dict[str, list[str]] = {}
    times: list[str] = []
    for header, name in choices.fields.items():
        if name == TIME_OF:
            times.append(header)
        elif name in FIELDS:
            chosen.setdefault(name, []).append(header)
    moved = _moved(choices.fields, base)
    columns: dict[str, Any] = {}
    for name in dict.fromkeys([*base, *chosen]):
        column = _as_record(base.get(name, {}))
        mine = chosen.get(name, [])
        names = _without(column.get("from", []), moved, name)
        new = [header for header in mine if plain(header) not in {plain(alias) for alias in names}]
        column["from"] = [*new, *names]
        if name == "transacted_at":
            old = _without(column.get("time_from", []), moved, TIME_OF)
            column["time_from"] = [*(t for t in times if plain(t) not in {plain(o) for o in old}), *old]
        column = {key: value for key, value in column.items() if value}
        if column:
            columns[name] = column["from"] if set(column) == {"from"} else column
    return columns


def _as_record(column: Any) -> dict[str, Any]:
    if isinstance(column, str):
        return {"from": [column]}
    if isinstance(column, list):
        return {"from": list(column)}
    record = dict(column)
    for key in ("from", "time_from"):
        if isinstance(record.get(key), str):
            record[key] = [record[key]]
    return record


def _moved(fields: Mapping[str, str], base: Mapping[str, Any]) -> dict[str, str]:
    """Plain header → field of the headers that were given to something the base does not give them to."""
    given: dict[str, set[str]] = {}
    for name, column in base.items():
        record = _as_record(column)
        for alias in record.get("from", []):
            given.setdefault(plain(alias), set()).add(name)
        for alias in record.get("time_from", []):
            given.setdefault(plain(alias), set()).add(TIME_OF)
    return {plain(h): name for h, name in fields.items() if name not in given.get(plain(h), set())}


def _without(aliases: Sequence[str], moved: Mapping[str, str], name: str) -> list[str]:
    """The aliases of a field but for headers that were given to something else."""
    return [alias for alias in aliases if moved.get(plain(alias), name) == name]


def _unmapped(extra: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """What the base keeps beside the claim, but for headers that are given to a field now."""
    given = {plain(header) for header, name in fields.items() if name in FIELDS or name == TIME_OF}
    kept = {name: _without_plain(aliases, given) for name, aliases in extra.items()}
    return {name: aliases for name, aliases in kept.items() if aliases}


def _without_plain(aliases: Any, given: set[str]) -> list[str]:
    return [a for a in ([aliases] if isinstance(aliases, str) else aliases) if plain(a) not in given]


def _identify(spec: dict[str, Any]) -> None:
    """Rows without an id are known by their values; a card stands for its holder where nobody is named."""
    columns = spec["columns"]
    if "employee_no" not in columns and "card_number" in columns:
        columns["employee_no"] = {"compose": "card-{card_last4}"}
    if "external_id" in columns:
        return
    # A running number of the delivery says nothing without its document: the next delivery counts anew.
    left_out = set() if "claim_no" in columns else {"line_no"}
    spec["identity"] = [name for name in _IDENTITY if name in columns and name not in left_out]
