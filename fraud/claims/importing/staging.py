"""The whole file read, scanned and parsed into a folder of clean chunks before anything of it reaches the database.

Only a file in which no card or resident number was found leaves more than an error behind. Each chunk is written as
an Arrow file of canonical rows; what concerns the file as a whole (identifiers that repeat or contradict each other,
sums) is decided at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from audit.redaction import redact
from fraud.claims.importing.accounting import Totals
from fraud.claims.importing.announced import SUM_ROW, compare_announced, compare_sums
from fraud.claims.importing.headers import map_headers
from fraud.claims.importing.parsing.rows import RowParser
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.problems import REJECT_SCHEMA, FileQuarantined, Notes
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk, Table, is_1904
from fraud.claims.importing.scanning import refuse_in_name
from fraud.claims.importing.verdicts import REFUSED, judge

Open = Callable[[], Table]


@dataclass
class StagedFile:
    """A file that may be stored. `counts`: rows read, rejected and repeated inside the file."""

    folder: str
    encoding: str
    n_chunks: int
    n_rows: int
    n_rejected: int
    n_duplicate: int
    totals: dict[str, dict[str, int]]
    notes: list[dict[str, Any]] = field(default_factory=list)
    latest: str | None = None  # the last day its rows tell of, in the company's zone (YYYY-MM-DD)

    def chunk(self, number: int) -> pl.DataFrame:
        """The canonical rows of a chunk that are neither repeated nor contradicted inside the file."""
        folder = Path(self.folder)
        rows = pl.read_ipc(folder / f"rows-{number}.arrow")
        verdict = pl.read_ipc(folder / f"verdict-{number}.arrow")
        rows = rows.drop("external_id", "identity", strict=False)
        return pl.concat([rows, verdict], how="horizontal").filter(pl.col("verdict") == "").drop("verdict")

    def rejects(self) -> pl.DataFrame:
        """All rejected rows, in order of their lines."""
        return pl.read_ipc(Path(self.folder) / "rejects.arrow")

    def save(self) -> None:
        """Write the report beside the chunks."""
        (Path(self.folder) / "report.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> StagedFile:
        """The report of a folder."""
        return cls(**json.loads((folder / "report.json").read_text(encoding="utf-8")))


def stage(open_file: Open, *, name: str, spec: ProfileSpec, context: Context, folder: Path) -> StagedFile:
    """Read, scan and parse a file into `folder`. Raises FileQuarantined, and then leaves nothing in the folder.

    `open_file` may be called a second time, to fetch the original text of rows found wrong at the end.
    """
    try:
        return _stage(open_file, name=name, spec=spec, context=context, folder=folder)
    except FileQuarantined:
        for path in folder.glob("*.arrow"):
            path.unlink()
        raise


def _stage(open_file: Open, *, name: str, spec: ProfileSpec, context: Context, folder: Path) -> StagedFile:
    refuse_in_name(name)
    table = open_file()
    notes = table.notes
    constants = name_fields(name, spec)
    mapping = map_headers(table.headers, spec, notes, named=constants)
    require_name_fields(constants, mapping.columns, spec, name)
    parser = RowParser(spec, mapping, context, notes, constants, table.encoding, is_1904(table))
    totals, rejects, index = Totals(), [], []
    n_chunks = n_rows = 0
    moments: list[datetime] = []
    for chunk in _surveyed(table, open_file, parser):
        parsed = parser.parse(chunk)
        parsed.frame.write_ipc(folder / f"rows-{n_chunks}.arrow")
        index.append(_index(parsed.frame, n_chunks))
        rejects.append(parsed.rejects)
        moments += _moments(parsed.frame)
        totals.add("read", parsed.frame, amount="amount")
        totals.add("read", parsed.rejects.filter(pl.col("code") != SUM_ROW))
        n_rows += parsed.frame.height + parsed.rejects.height
        n_chunks += 1
    verdicts = judge(pl.concat(index) if index else pl.DataFrame(), has_identity=bool(spec.identity))
    late = late_rejects(open_file, verdicts.rejected, spec)
    for number, part in enumerate(verdicts.parts(n_chunks)):
        part.write_ipc(folder / f"verdict-{number}.arrow")
    all_rejects = pl.concat([*rejects, late]).sort("line", maintain_order=True)
    all_rejects.write_ipc(folder / "rejects.arrow")
    sums = pl.col("code") == SUM_ROW
    totals.add("rejected", all_rejects.filter(~sums))
    _compare(table, index, all_rejects.filter(~sums), all_rejects.filter(sums), n_rows, notes)
    totals.add("duplicate", verdicts.duplicates)
    notes.add("identifiers_repeated", verdicts.duplicates.height - verdicts.n_older)
    notes.add("identifiers_older", verdicts.n_older)
    return StagedFile(
        folder=str(folder),
        encoding=table.encoding,
        n_chunks=n_chunks,
        n_rows=n_rows,
        n_rejected=all_rejects.height,
        n_duplicate=verdicts.duplicates.height,
        totals=totals.as_json(),
        notes=notes.as_json(),
        latest=max(moments).astimezone(ZoneInfo(context.zone)).date().isoformat() if moments else None,
    )


def _compare(
    table: Table,
    index: list[pl.DataFrame],
    rejects: pl.DataFrame,
    sums: pl.DataFrame,
    n_rows: int,
    notes: Notes,
) -> None:
    """What the file says of its own rows, beside what was read of them."""
    columns = ("line", "amount_minor", "currency")
    compare_announced(getattr(table, "titles", []), pl.concat([rejects, sums]), n_rows, notes)
    if not sums.is_empty():
        late = rejects.filter(~pl.col("code").is_in(REFUSED))  # those stand in the index too
        compare_sums(
            pl.concat([part.select(columns) for part in (*index, late)]), sums.select(columns), notes
        )


def _surveyed(table: Table, open_file: Open, parser: RowParser) -> Iterator[Chunk]:
    """The table's chunks; where dates could be read in two ways, all of them have been looked at before the first."""
    chunks = table.chunks()
    first = next(chunks, None)
    if first is None:
        return
    if parser.survey(first):
        for chunk in open_file().chunks():
            parser.survey(chunk)
        parser.settle_dates()
    yield first
    yield from chunks


def _moments(frame: pl.DataFrame) -> list[datetime]:
    """The last moments that rows tell of: of a payment, or of its cancelling."""
    names = [name for name in ("transacted_at", "back_at", "cancelled_at") if name in frame.columns]
    return [last for name in names if isinstance(last := frame.get_column(name).max(), datetime)]


def name_fields(name: str, spec: ProfileSpec) -> dict[str, str]:
    """What the file's name says, by the first of the profile's patterns that fits it."""
    for pattern in spec.file_name_pattern:
        groups = pl.Series([name]).str.extract_groups(pattern).to_list()[0]
        found = {key: value for key, value in (groups or {}).items() if value}
        if found:
            return found
    return {}


def require_name_fields(
    constants: Mapping[str, str], delivered: Mapping[str, Any], spec: ProfileSpec, name: str
) -> None:
    """A name that should tell what the rows belong to must tell it, unless a column does. Raises FileQuarantined."""
    if not spec.file_name_pattern or constants:
        return
    for field_name, column in spec.columns.items():
        from_name = any(
            f"<{part}>" in pattern for pattern in spec.file_name_pattern for part in _parts(column.compose)
        )
        if from_name and field_name not in delivered:
            raise FileQuarantined("file_name_pattern", pattern=spec.file_name_pattern[0])


def _parts(template: str) -> list[str]:
    return [piece.partition("{")[2] for piece in template.split("}") if "{" in piece]


def _index(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    """What the verdict over the whole file needs of each row."""

    def column(name: str, dtype: Any = pl.String) -> pl.Expr:
        return (pl.col(name) if name in frame.columns else pl.lit(None, dtype)).alias(name)

    return frame.select(
        pl.lit(number, pl.Int32).alias("chunk"),
        "line",
        column("external_id"),
        column("identity"),
        "row_hash",
        column("amount", pl.Int64).alias("amount_minor"),
        column("currency"),
        column("stated_back", pl.Int64),
        column("version", pl.Int64),
        column("supersedes"),
        (column("authorization_code").fill_null("") != "").alias("has_code"),
    )


def late_rejects(open_file: Open, rejected: pl.DataFrame, spec: ProfileSpec) -> pl.DataFrame:
    """Rows found wrong at the end, with their original text fetched from the file again."""
    if rejected.is_empty():
        return pl.DataFrame(schema=REJECT_SCHEMA)
    wanted = set(rejected.get_column("line").to_list())
    texts: dict[int, str] = {}
    for chunk in open_file().chunks():
        for row, line in enumerate(chunk.lines.tolist()):
            if line in wanted:
                texts[line] = redact(chunk.original(row, spec.delimiter))
    originals = [texts.get(line, "") for line in rejected.get_column("line").to_list()]
    return rejected.with_columns(
        pl.Series("original", originals, dtype=pl.String),
        pl.lit("").alias("column"),
        pl.lit("{}").alias("params"),
    ).select(pl.col(name).cast(dtype) for name, dtype in REJECT_SCHEMA.items())
