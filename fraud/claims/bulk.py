"""Reading and writing many rows at once, on PostgreSQL with COPY and on SQLite with one statement.

Everything runs on the default connection and inside the caller's transaction. Frames in and out are polars; times are
``Datetime[us, UTC]``. Where the database does not say a column's type (SQLite), give `schema`.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
from django.db import connection

Schema = Mapping[str, Any]
_READ_ROWS = 65_536
_WRITE_ROWS = 50_000
#: Rows of numbers that are Python objects at once.
_NUMBER_ROWS = 8_192
#: Types that are read as numbers → what they are until then.
_NUMBERS: dict[Any, Any] = {pl.Int64: pl.Int64, pl.Float64: pl.Float64, pl.Boolean: pl.Int64}
#: Control characters no stored text contains (nor NUL, at which `printf` would end one); they let SQLite hand over a row as one string.
_FIELD, _RECORD, _NULL = "\x1f", "\x1e", "\x18"
#: Columns one call of `printf` writes; SQLite takes 127 arguments.
_FORMAT_COLUMNS = 100
_POSTGRES_TYPES: dict[int, Any] = {
    16: pl.Boolean,
    20: pl.Int64,
    21: pl.Int64,
    23: pl.Int64,
    700: pl.Float64,
    701: pl.Float64,
    1082: pl.Date,
    1184: pl.Datetime("us", "UTC"),
}


@dataclass(frozen=True, slots=True)
class Update:
    """On a conflict over `keys`, overwrite `columns` where one of them differs."""

    keys: Sequence[str]
    columns: Sequence[str]


Conflict = Literal["nothing"] | Update | None


def read_frame(sql: str, params: Sequence[Any] = (), *, schema: Schema | None = None) -> pl.DataFrame:
    """The rows of a SELECT as a frame.

    `schema` (column → polars type, in the SELECT's order) makes the types certain and the read about five times
    faster on SQLite; without it SQLite's types are inferred from the values. `%s` marks a parameter, as in Django.
    """
    if connection.vendor == "postgresql":
        return _read_postgres(sql, params, schema)
    if schema is None:
        return _read_rows(sql, params)
    n_texts = sum(dtype not in _NUMBERS for dtype in schema.values())
    return (_read_numbers if n_texts <= 1 else _read_sqlite)(sql, params, schema)


def in_list(values: Sequence[str] | Sequence[int]) -> tuple[str, list[Any]]:
    """A condition `IN …` for any number of values, with its parameter."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(values)]
    return "IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))]


def write_rows(table: str, columns: Sequence[str], frame: pl.DataFrame, *, conflict: Conflict = None) -> int:
    """Insert the frame's `columns` into `table` and return how many rows were inserted or changed.

    `conflict=None` lets a conflict raise IntegrityError, ``"nothing"`` keeps what is there, `Update` overwrites.
    JSON columns are given as JSON text. The caller holds the transaction.
    """
    if frame.is_empty():
        return 0
    chosen = frame.select(columns)
    write = _write_postgres if connection.vendor == "postgresql" else _write_sqlite
    return sum(write(table, columns, part, conflict) for part in chosen.iter_slices(_WRITE_ROWS))


def forget_pages() -> None:
    """Give back what SQLite keeps of the pages it has read, which the system's own cache has still, and what was freed before."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA shrink_memory")
    return_memory()


def return_memory() -> None:
    """Give what was freed back to the system, where the C library keeps it; asks no database."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # only glibc has it
        trim(0)


# Reading ---------------------------------------------------------------------------------------------------------


def _read_postgres(sql: str, params: Sequence[Any], schema: Schema | None) -> pl.DataFrame:
    with connection.cursor() as cursor:
        if schema is None:
            cursor.execute(f"SELECT * FROM ({sql}) AS described LIMIT 0", params or None)
            schema = {c.name: _POSTGRES_TYPES.get(c.type_code, pl.String) for c in cursor.description}
        parts: list[pl.DataFrame] = []
        with cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", params or None) as copy:
            rows: list[bytes] = []
            for row in copy:  # the server sends one message a row, so a batch ends between rows
                rows.append(row)
                if len(rows) >= _READ_ROWS:
                    parts.append(_parse(b"".join(rows), schema, separator=",", quote='"', eol="\n"))
                    rows = []
            parts.append(_parse(b"".join(rows), schema, separator=",", quote='"', eol="\n"))
    return pl.concat(parts, rechunk=False)


def _read_sqlite(sql: str, params: Sequence[Any], schema: Schema) -> pl.DataFrame:
    """SQLite joins each row into one string in C; a million rows become frames without a Python object a value."""
    row = _row_as_text(schema)
    row = row.replace("%", "%%") if params else row  # where there are parameters a single sign begins one
    parts = [pl.DataFrame(schema=dict(schema))]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {row} FROM ({sql}) AS source", params or None)
        while rows := cursor.fetchmany(_READ_ROWS):
            text = _RECORD.join([row for (row,) in rows])
            try:
                part = _parse(text.encode(), schema, separator=_FIELD, quote=None, eol=_RECORD)
            except pl.exceptions.PolarsError:
                part = parts[0]
            if part.height != len(rows):
                return _cast(_read_rows(sql, params), schema)  # a stored text contains our separators
            parts.append(part)
    return pl.concat(parts, rechunk=False)


def _read_numbers(sql: str, params: Sequence[Any], schema: Schema) -> pl.DataFrame:
    """Numbers as they are: writing them out and parsing them again takes longer than their Python objects, from the second text on it does not."""
    have = {name: _NUMBERS.get(dtype, pl.String) for name, dtype in schema.items()}
    # What is worked out has no declared type by which Django would turn it into a time or a truth.
    plain = {pl.Int64: '"{}"', pl.Float64: '"{}"', pl.Boolean: '"{}" + 0'}
    columns = ", ".join(plain.get(dtype, 'CAST("{}" AS TEXT)').format(name) for name, dtype in schema.items())
    parts = [pl.DataFrame(schema=have)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM ({sql}) AS source", params or None)
        while rows := cursor.fetchmany(_NUMBER_ROWS):
            try:
                parts.append(pl.DataFrame(rows, schema=have, orient="row"))
            except (pl.exceptions.PolarsError, TypeError):
                return _cast(_read_rows(sql, params), schema)  # a column holds something else as well
    return _cast(pl.concat(parts, rechunk=False), schema)


def _row_as_text(schema: Schema) -> str:
    """A row as one text. One call writes a hundred columns at once; joined by `||`, each would copy all that stand before it."""
    names = list(schema)
    parts = []
    for start in range(0, len(names), _FORMAT_COLUMNS):
        some = names[start : start + _FORMAT_COLUMNS]
        values = ", ".join(_as_text(name, schema[name]) for name in some)
        parts.append(f"printf('{_FIELD.join(['%s'] * len(some))}', {values})")
    return f" || char({ord(_FIELD)}) || ".join(parts)


def _as_text(name: str, dtype: Any) -> str:
    if dtype == pl.Float64:  # plain text conversion keeps 15 digits only
        column = f"printf('%!.17g', \"{name}\")"
        return f'CASE WHEN "{name}" IS NULL THEN char({ord(_NULL)}) ELSE {column} END'
    return f'ifnull("{name}", char({ord(_NULL)}))'


def _parse(data: bytes, schema: Schema, *, separator: str, quote: str | None, eol: str) -> pl.DataFrame:
    if not data:
        return pl.DataFrame(schema=dict(schema))
    plain = {name: dtype if dtype in (pl.Int64, pl.Float64) else pl.String for name, dtype in schema.items()}
    frame = pl.read_csv(
        data,
        has_header=False,
        schema=plain,
        separator=separator,
        quote_char=quote,
        eol_char=eol,
        null_values=_NULL if quote is None else None,
        empty_string_is_null=quote is not None,
    )
    return _cast(frame, schema)


def _cast(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    return frame.select(_as_type(pl.col(name), frame.schema[name], dtype) for name, dtype in schema.items())


def _as_type(column: pl.Expr, have: Any, want: Any) -> pl.Expr:
    if have == want:
        return column
    if want == pl.Boolean:
        return column.is_in(["t", "1"]) if have == pl.String else column.cast(pl.Boolean)
    if isinstance(want, pl.Datetime) and have == pl.String:
        plain = column.str.strip_suffix("+00").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
        return plain.dt.replace_time_zone("UTC")
    if want == pl.Date and have == pl.String:
        return column.str.to_date("%Y-%m-%d")
    if isinstance(want, pl.Datetime) and isinstance(have, pl.Datetime) and have.time_zone is None:
        return column.dt.cast_time_unit("us").dt.replace_time_zone("UTC")
    return column.cast(want)


def _read_rows(sql: str, params: Sequence[Any]) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


# Writing ---------------------------------------------------------------------------------------------------------


def _write_postgres(table: str, columns: Sequence[str], frame: pl.DataFrame, conflict: Conflict) -> int:
    names = _quoted(columns)
    with connection.cursor() as cursor:
        if conflict is None:
            _copy_in(cursor, f'"{table}"', names, frame)
            return frame.height
        staged = f"staged_{table}"
        cursor.execute(f'CREATE TEMPORARY TABLE "{staged}" AS SELECT {names} FROM "{table}" WITH NO DATA')
        try:
            _copy_in(cursor, f'"{staged}"', names, frame)
            cursor.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{staged}" {_clause(table, conflict)}'
            )
            return int(cursor.rowcount)
        finally:
            if (
                not connection.needs_rollback
                and connection.connection.info.transaction_status.name != "INERROR"
            ):
                cursor.execute(f'DROP TABLE "{staged}"')


def _copy_in(cursor: Any, target: str, names: str, frame: pl.DataFrame) -> None:
    statement = f"COPY {target} ({names}) FROM STDIN (FORMAT csv)"
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write(frame.write_csv(include_header=False).encode())


def _write_sqlite(table: str, columns: Sequence[str], frame: pl.DataFrame, conflict: Conflict) -> int:
    # A column without any value is written into the statement: binding it a million times is a third of the time.
    fixed = {name: text for name in columns if (text := _constant(frame.get_column(name)))}
    bound = [name for name in columns if name not in fixed]
    marks = ", ".join(fixed.get(name, "%s") for name in columns)
    statement = f'INSERT INTO "{table}" ({_quoted(columns)}) VALUES ({marks}) {_clause(table, conflict)}'
    with connection.cursor() as cursor:
        cursor.executemany(
            statement, list(_sqlite_rows(frame.select(bound))) if bound else [()] * frame.height
        )
        return int(cursor.rowcount)


def _constant(column: pl.Series) -> str:
    if column.null_count() == len(column):
        return "NULL"
    return (
        "''" if column.dtype == pl.String and bool((column == "").all()) and not column.null_count() else ""
    )


def _sqlite_rows(frame: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows as Django stores them on SQLite: UTC times as text without zone, fraction only where there is one."""
    texts = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Datetime):
            at = pl.col(name).dt.convert_time_zone("UTC") if dtype.time_zone else pl.col(name)
            whole = at.dt.microsecond() == 0
            texts.append(
                pl.when(whole)
                .then(at.dt.strftime("%Y-%m-%d %H:%M:%S"))
                .otherwise(at.dt.strftime("%Y-%m-%d %H:%M:%S%.6f"))
                .alias(name)
            )
        elif dtype in (pl.Date, pl.Time):
            texts.append(pl.col(name).cast(pl.String))
    return frame.with_columns(texts).iter_rows()


def _clause(table: str, conflict: Conflict) -> str:
    if conflict is None:
        return ""
    if conflict == "nothing":
        return "ON CONFLICT DO NOTHING"
    assert isinstance(conflict, Update)
    sets = ", ".join(f'"{c}" = excluded."{c}"' for c in conflict.columns)
    differs = " OR ".join(
        f'"{table}"."{c}" IS DISTINCT FROM excluded."{c}"'
        if connection.vendor == "postgresql"
        else f'"{table}"."{c}" IS NOT excluded."{c}"'
        for c in conflict.columns
    )
    return f"ON CONFLICT ({_quoted(conflict.keys)}) DO UPDATE SET {sets} WHERE {differs}"


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
