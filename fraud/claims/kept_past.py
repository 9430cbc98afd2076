"""The past of a night as the night before it left it: joined and in order, so that only what changed since is read again.

A night looks back over a year of claims through a few columns. Beside the columns of all claims (`segments`) lie those of the year as they
were known at the last cut-off, with people and places joined, in blocks of payments' time. The next night takes out the claims of which
something else is known by now and reads those alone. Nothing rests on the blocks: deleting them costs only time. They are
believed only while the columns are and hold the very files they were read from; while the database has as many versions of that
cut-off as then; while each file, and their list, has its digest; and while the same program wrote them.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from audit import faults
from fraud.claims.bulk import read_frame
from fraud.claims.columns import PERSONNEL, RECEIPTS
from fraud.claims.dimensions import Dimensions, in_order, wanted_without
from fraud.claims.importing.locks import folder_lock
from fraud.claims.listed import NoList, read_list, whole_or_none, write_list
from fraud.claims.reading import db_time, in_one, money_back, read_many_claims
from fraud.claims.received import received_by
from fraud.claims.segment_files import IDENTITY, digest_of
from fraud.claims.segments import Segments, has_columns, usable_segments

log = logging.getLogger(__name__)
#: Days of payments in a block: the last ones change every night, and each of those is written anew.
BLOCK_DAYS = 60
_BLOCK, _EPOCH = timedelta(days=BLOCK_DAYS), datetime(1970, 1, 1, tzinfo=UTC)
#: Of so many claims in eight something else is known: reading all of them costs no more.
_MOST = 8
_LIST, _TIME = "past.json", "transacted_at"
#: Tables beside claims → (their key, the column of the claims that names it). A change in any other has everything read again.
_WHOSE = {
    "people": ("person_id", "cardholder_id"),
    "places": ("place_id", "merchant_id"),
    "back": ("claim_id", "claim_id"),
}
#: Claims of which another version holds at the end of a stretch of time than at its beginning.
_CHANGED = " UNION ".join(
    f"SELECT {key} AS claim_id FROM {table} WHERE {column} > %s AND {column} <= %s"
    for table, key, column in (
        ("fraud_claim", "id", "received_at"),
        ("fraud_claimversion", "claim_id", "received_at"),
        ("fraud_claimversion", "claim_id", "superseded_at"),
    )
)


@dataclass
class _Past:
    """Claims as known at a moment: those transacted from `since` on, in blocks of time; what lay beside them; where each lies."""

    known_by: datetime
    since: datetime
    blocks: dict[int, pl.DataFrame]
    tables: dict[str, pl.DataFrame]
    #: Block or table → its file; none of what is not written yet.
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_past(
    known_by: datetime, since: datetime | None, until: datetime | None, without: Collection[str]
) -> pl.DataFrame:
    """What `read_many_claims(…, coded=True)` gives of the claims from `since` until before `until`; kept for the next night."""
    wanted = wanted_without(without)
    beside = wanted & {*PERSONNEL} or {*RECEIPTS} - {*without} or wanted & IDENTITY
    segments = usable_segments() if since and not beside and has_columns() else None
    if segments is None:
        return read_many_claims(known_by, since=since, until=until, without=without, coded=True)
    assert since is not None
    received = received_by(known_by)  # before anything is read: what is stored late meanwhile is in no count
    tables = _tables(known_by, wanted)
    past = _read(segments, known_by, wanted)
    is_newer = past is not None and past.known_by > known_by
    if past is None or is_newer or not _bring_up(past, known_by, since, without, tables):
        claims = read_many_claims(known_by, since=since, without=without, coded=True)
        past = _Past(known_by, since, _in_blocks(claims), tables)
        del claims
    _let_go(past, since)
    if not is_newer:
        _keep(past, segments, received, wanted)
    return _between(past.blocks, since, until)


def _let_go(past: _Past, since: datetime) -> None:
    """Forget blocks that end long before a night looks; one that looks back further reads what is missing."""
    first = (since - _EPOCH) // _BLOCK - 1
    old = [number for number in past.blocks if number < first]
    if old and len(old) < len(past.blocks):
        for number in old:
            del past.blocks[number]
            past.files.pop(str(number), None)
        past.since = max(past.since, _EPOCH + first * _BLOCK)


def _between(blocks: dict[int, pl.DataFrame], since: datetime, until: datetime | None) -> pl.DataFrame:
    """The rows of these times as one frame, in order; of the blocks nothing is left."""
    inside = []
    for number in sorted(blocks):
        block = blocks.pop(number)
        first = int(block[_TIME].search_sorted(since))
        last = block.height if until is None else int(block[_TIME].search_sorted(until))
        inside.append(block[first : max(first, last)])
        del block  # each column's parts can go as soon as they are together
    return in_one(inside)


def _in_blocks(claims: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Claims in order, cut where a block of time ends; at least one block."""
    if claims.is_empty():
        return {0: claims}
    numbers = _numbers(claims)
    found = {int(number): numbers.search_sorted(number, "left") for number in numbers.unique().sort()}
    ends = [*list(found.values())[1:], claims.height]
    return {number: claims[start:end] for (number, start), end in zip(found.items(), ends, strict=True)}


def _numbers(claims: pl.DataFrame) -> pl.Series:
    return claims[_TIME].dt.epoch("us") // (_BLOCK // timedelta(microseconds=1))


def _tables(known_by: datetime, wanted: frozenset[str]) -> dict[str, pl.DataFrame]:
    """What lies beside claims, as known at a moment: of people, places, departments, and what came back of purchases."""
    back = money_back(known_by).sort("claim_id")
    return {**Dimensions(wanted, db_time(known_by)).tables(), "back": back}


# Bringing up --------------------------------------------------------------------------------------------------------


def _bring_up(
    past: _Past,
    known_by: datetime,
    since: datetime,
    without: Collection[str],
    tables: dict[str, pl.DataFrame],
) -> bool:
    """Make of the past what is known at a later moment, from `since` on; False, and nothing done, where reading all is no dearer."""
    changed = _changed_keys(past.tables, tables)
    if changed is None:
        return False
    stretch = [db_time(past.known_by), db_time(known_by)]
    of_claims = read_frame(_CHANGED, stretch * 3, schema={"claim_id": pl.Int64})["claim_id"]
    changed["claim_id"] = pl.concat([of_claims, changed.get("claim_id", of_claims.clear())]).unique()
    gone = {number: _gone(block, changed) for number, block in past.blocks.items()}
    there = sum(block.height for block in past.blocks.values())
    n_gone = sum(int(mask.sum()) for mask in gone.values())
    if (n_gone + len(changed["claim_id"])) * _MOST > there:
        return False
    moved = [block["claim_id"].filter(gone[number]) for number, block in past.blocks.items()]
    asked = pl.concat([changed["claim_id"], *moved]).unique()
    new = [read_many_claims(known_by, of=asked, without=without, coded=True)] if len(asked) else []
    new = [part.filter(pl.col(_TIME) >= past.since) for part in new]
    if since < past.since:
        new.append(read_many_claims(known_by, since=since, until=past.since, without=without, coded=True))
        past.since = since
    _put_together(past, gone, new)
    past.known_by = known_by
    for name, table in tables.items():
        if not table.equals(past.tables[name]):
            past.files.pop(name, None)
    past.tables = tables
    return True


def _changed_keys(
    before: Mapping[str, pl.DataFrame], now: Mapping[str, pl.DataFrame]
) -> dict[str, pl.Series] | None:
    """Column of claims → the keys of which something else is said now; None where a table changed that has no such key."""
    found: dict[str, pl.Series] = {}
    for name, table in now.items():
        if table.equals(before[name]):
            continue
        if name not in _WHOSE:
            return None
        key, column = _WHOSE[name]
        both = [
            a.join(b, on=table.columns, how="anti", nulls_equal=True)
            for a, b in ((table, before[name]), (before[name], table))
        ]
        found[column] = pl.concat(both)[key].unique()
    return found


def _gone(block: pl.DataFrame, changed: Mapping[str, pl.Series]) -> pl.Series:
    """Which rows of a block no longer stand as they are."""
    found = pl.repeat(False, block.height, dtype=pl.Boolean, eager=True)
    for column, keys in changed.items():
        if len(keys):
            found |= block[column].is_in(keys.cast(block.schema[column]).implode()).fill_null(False)
    return found


def _put_together(past: _Past, gone: Mapping[int, pl.Series], new: list[pl.DataFrame]) -> None:
    """The blocks less the rows that are gone and with the new ones."""
    of_block: dict[int, list[pl.DataFrame]] = {}
    for part in new:
        for number, rows in _in_blocks(part).items():
            if rows.height:
                of_block.setdefault(number, []).append(rows)
    for number in {*past.blocks, *of_block}:
        more, block = of_block.get(number, []), past.blocks.get(number)
        kept = [] if block is None else [block.filter(~gone[number]) if gone[number].any() else block]
        if more or (block is not None and kept[0].height < block.height):
            past.blocks[number] = in_order(pl.concat([*kept, *more], how="vertical_relaxed"))
            past.files.pop(str(number), None)


# Keeping ------------------------------------------------------------------------------------------------------------


@cache
def _program() -> str:
    """SHA-256 over the source of this room and of what it reads claims by: another program may read another year."""
    found = hashlib.sha256(settings.TIME_ZONE.encode())
    folder = Path(__file__).parent
    for source in sorted([*folder.glob("*.py"), *folder.glob("receipts/*.py")]):
        found.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return found.hexdigest()


def _read(segments: Segments, known_by: datetime, wanted: frozenset[str]) -> _Past | None:
    """What was kept, if it can be believed."""
    folder = segments.folder
    try:
        told = read_list(folder / _LIST)
        if told["program"] != _program() or told["wanted"] != sorted(wanted):
            return None
        cut_off = datetime.fromisoformat(told["known_by"])
        there = {one["digest"] for one in segments.files}
        if not there.issuperset(told["segments"]) or told["received"] != received_by(cut_off):
            return None
        past = _Past(cut_off, datetime.fromisoformat(told["since"]), {}, {}, told["files"])
        if cut_off > known_by:
            return past  # of a later night, which has to be left there
        for name, one in past.files.items():
            if digest_of(folder / one["name"]) != one["digest"]:
                log.warning("claims.past_damaged", extra={"folder": str(folder)})
                return None
            frame = pl.read_ipc(folder / one["name"])
            if one["is_block"]:
                past.blocks[int(name)] = frame
            else:
                past.tables[name] = frame
    except (FileNotFoundError, NoList):
        return None
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        log.warning("claims.past_damaged", extra={"folder": str(folder)})
        return None
    return past


def _keep(past: _Past, segments: Segments, received: list[int], wanted: frozenset[str]) -> None:
    """Write the past down for the next night; does nothing while another process is at it, or where nothing can be written."""
    folder = segments.folder
    try:
        with folder_lock(folder / "past.lock") as held:
            if held:
                _write(past, folder, segments, received, wanted)
    except OSError as error:
        log.warning("claims.past_not_written", extra={"why": str(error)})


def _write(
    past: _Past, folder: Path, segments: Segments, received: list[int], wanted: frozenset[str]
) -> None:
    frames: dict[str, pl.DataFrame] = {str(number): block for number, block in past.blocks.items()}
    for name, frame in (frames | past.tables).items():
        if name not in past.files:
            with whole_or_none(folder / f"past-{secrets.token_hex(8)}.arrow") as path:
                frame.write_ipc(path, compression="uncompressed")
            past.files[name] = {"name": path.name, "digest": digest_of(path), "is_block": name in frames}
    told = {
        "program": _program(),
        "wanted": sorted(wanted),
        "known_by": past.known_by.isoformat(),
        "since": past.since.isoformat(),
        "received": received,
        "segments": [one["digest"] for one in segments.files],
        "files": past.files,
    }
    write_list(folder / _LIST, told, before=lambda: faults.hit("past.written"))
    faults.hit("past.listed")
    kept = {one["name"] for one in past.files.values()}
    for path in folder.glob("past-*.arrow"):
        if path.name not in kept:
            path.unlink(missing_ok=True)
