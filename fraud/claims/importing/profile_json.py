"""A profile's JSON form, read strictly: an unknown key or a wrong type is a problem, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profile import (
    Amounts,
    Column,
    Dates,
    Labels,
    ProfileSpec,
    Records,
    RowFilter,
    require_valid,
)

Problems = list[tuple[str, str, dict[str, Any]]]
Reader = Callable[[Any, str, Problems], Any]


def read_spec(data: Mapping[str, Any]) -> ProfileSpec:
    """The profile behind stored JSON. Raises ProfileNotValid with every problem found."""
    problems: Problems = []
    values = _record(data, "", _TOP, problems)
    if problems:
        raise ProfileNotValid(problems)
    currency = values.pop("currency", {})
    return require_valid(
        ProfileSpec(
            **values,
            currency_default=currency.get("default", ""),
            currency_aliases=currency.get("aliases", {}),
        )
    )


def _record(data: Any, place: str, readers: Mapping[str, Reader], problems: Problems) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        problems.append((place, "wrong_type", {"expected": "{…}"}))
        return {}
    result = {}
    for key, value in data.items():
        reader = readers.get(key)
        if reader is None:
            problems.append((place, "unknown_key", {"key": str(key)}))
        else:
            result[key] = reader(value, f"{place}.{key}".lstrip("."), problems)
    return result


def _typed(kind: type, name: str) -> Reader:
    def read(value: Any, place: str, problems: Problems) -> Any:
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            problems.append((place, "wrong_type", {"expected": name}))
            return kind()
        return value

    return read


_text, _number, _flag = _typed(str, "text"), _typed(int, "number"), _typed(bool, "true, false")


def _texts(value: Any, place: str, problems: Problems) -> tuple[str, ...]:
    """A list of texts; one text stands for a list of one."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        problems.append((place, "wrong_type", {"expected": "[text, …]"}))
        return ()
    return tuple(value)


def _mapping(value: Any, place: str, problems: Problems) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        problems.append((place, "wrong_type", {"expected": "{text: text}"}))
        return {}
    return dict(value)


def _column(value: Any, place: str, problems: Problems) -> Column:
    if isinstance(value, str | list):
        return Column(sources=_texts(value, place, problems))
    parts = _record(value, place, _COLUMN, problems)
    return Column(
        sources=parts.get("from", ()),
        time_sources=parts.get("time_from", ()),
        values=parts.get("values", {}),
        constant=parts.get("constant", ""),
        compose=parts.get("compose", ""),
    )


def _columns(value: Any, place: str, problems: Problems) -> dict[str, Column]:
    if not isinstance(value, Mapping):
        problems.append((place, "wrong_type", {"expected": "{field: columns}"}))
        return {}
    return {name: _column(item, f"{place}.{name}", problems) for name, item in value.items()}


def _extra(value: Any, place: str, problems: Problems) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        problems.append((place, "wrong_type", {"expected": "{name: columns}"}))
        return {}
    return {name: _texts(item, f"{place}.{name}", problems) for name, item in value.items()}


def _row_filters(value: Any, place: str, problems: Problems) -> tuple[RowFilter, ...]:
    if not isinstance(value, list):
        problems.append((place, "wrong_type", {"expected": "[{…}]"}))
        return ()
    readers: dict[str, Reader] = {"code": _text, "column": _text, "unless": _text}
    records = [_record(item, place, readers, problems) for item in value]
    missing = [r for r in records if set(r) != set(readers)]
    problems.extend((place, "wrong_type", {"expected": "code, column, unless"}) for _ in missing)
    return tuple(RowFilter(**record) for record in records if record not in missing)


def _group(kind: type, readers: Mapping[str, Reader]) -> Reader:
    def read(value: Any, place: str, problems: Problems) -> Any:
        return kind(**_record(value, place, readers, problems))

    return read


_COLUMN: dict[str, Reader] = {
    "from": _texts,
    "time_from": _texts,
    "values": _mapping,
    "constant": _text,
    "compose": _text,
}
_DATES: dict[str, Reader] = {
    "formats": _texts,
    "future": _text,
    "max_age_years": _number,
    "old": _text,
    "settled_before_used": _text,
    "midnight_is_unknown": _flag,
}
_AMOUNTS: dict[str, Reader] = {
    "decimal": _text,
    "thousands": _text,
    "zero_decimals": _flag,
    "invert_sign": _flag,
    "negative_types": _texts,
    "cancels": _text,
    "extreme": _number,
}
_LABELS: dict[str, Reader] = {
    "sources": _texts,
    "misuse": _texts,
    "legitimate": _texts,
    "delay_days": _number,
}


def _currency(value: Any, place: str, problems: Problems) -> dict[str, Any]:
    return _record(value, place, {"default": _text, "aliases": _mapping}, problems)


_TOP: dict[str, Reader] = {
    "source_system": _text,
    "encodings": _texts,
    "delimiter": _text,
    "quoting": _text,
    "header_search": _number,
    "header_tolerance": _number,
    "sheet": _text,
    "allow_formulas": _flag,
    "zone": _text,
    "records": _group(Records, {"format": _text, "names": _mapping, "keep": _text, "counts": _mapping}),
    "columns": _columns,
    "required": _texts,
    "file_name_pattern": _texts,
    "row_filters": _row_filters,
    "dates": _group(Dates, _DATES),
    "amounts": _group(Amounts, _AMOUNTS),
    "currency": _currency,
    "identity": _texts,
    "labels": _group(Labels, _LABELS),
    "extra": _extra,
    "sensitive": _text,
    "not_card_columns": _texts,
}

#: Every setting a profile may have.
KEYS = tuple(_TOP)
