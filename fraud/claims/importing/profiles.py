"""Import profiles in the database: the presets, changing one, and trying one on a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.importing.headers import map_headers, plain
from fraud.claims.importing.parsing.rows import RowParser
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.chunks import is_1904
from fraud.claims.importing.reading.limits import Limits
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.staging import name_fields
from fraud.claims.models import ImportProfile

PREVIEW_ROWS = 20


class ProfileUnknown(LookupError):
    """There is no import profile of that name; `known` lists those there are."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no import profile {name!r}; there are: {', '.join(known)}")
        self.name, self.known = name, known


def ensure_presets() -> None:
    """Add the profiles the product brings along; those that are there stay as they are."""
    known = set(ImportProfile.objects.values_list("name", flat=True))
    for name, (label_en, label_ko, spec) in PRESETS.items():
        if name not in known:
            ImportProfile.objects.get_or_create(
                name=name,
                defaults={"label_en": label_en, "label_ko": label_ko, "spec": spec, "is_preset": True},
            )


def get_profile(name: str) -> ImportProfile:
    """The profile of a name, a preset included. Raises ProfileUnknown."""
    ensure_presets()
    try:
        return ImportProfile.objects.get(name=name)
    except ImportProfile.DoesNotExist:
        raise ProfileUnknown(name, list(ImportProfile.objects.values_list("name", flat=True))) from None


@one_transaction()
def save_profile(
    *, name: str, spec: Mapping[str, Any], by: Actor, label_en: str = "", label_ko: str = "", reason: str = ""
) -> ImportProfile:
    """Make or change a profile; files that were imported keep the version they were read with.

    Raises ProfileNotValid with every problem, NotPermitted.
    """
    require(by, "fraud.change_profile")
    read_spec(spec)
    profile = ImportProfile.objects.select_for_update().filter(name=name).first()
    _refuse_exempting_alone(spec, profile)
    before = {"version": profile.version, "spec": profile.spec} if profile else None
    if profile is None:
        profile = ImportProfile(name=name, version=0)
    profile.spec = dict(spec)
    profile.version += 1
    profile.label_en = label_en or profile.label_en or name
    profile.label_ko = label_ko or profile.label_ko or name
    profile.save()
    record(
        action="profile.changed",
        by=by,
        subject=CONFIG,
        reason=reason,
        before=before,
        after={"name": name, "version": profile.version, "spec": profile.spec},
    )
    return profile


def _refuse_exempting_alone(spec: Mapping[str, Any], profile: ImportProfile | None) -> None:
    """A column leaves the search for card numbers by a proposal and a second person, never by saving a profile."""
    agreed = {plain(column) for column in (profile.spec.get("not_card_columns", []) if profile else [])}
    new = [column for column in spec.get("not_card_columns", []) if plain(column) not in agreed]
    if new:
        raise ProfileNotValid([("not_card_columns", "exempted_alone", {"column": new[0]})])


@dataclass(frozen=True, slots=True)
class Preview:
    """How the first rows of a file read: canonical values, rejected rows, notes. Nothing of it is stored."""

    headers: list[str]
    columns: list[str]
    rows: list[tuple[Any, ...]]
    rejects: list[dict[str, Any]]
    notes: list[dict[str, Any]]


def preview_file(
    *, path: Path, name: str, spec: Mapping[str, Any], by: Actor, rows: int = PREVIEW_ROWS
) -> Preview:
    """Read the first rows of a file with a profile that may not be saved yet.

    Raises ProfileNotValid, FileQuarantined and NotPermitted.
    """
    require(by, "fraud.import_claims")
    checked = read_spec(spec)
    now = clock.now()
    table = open_table(path, checked, Limits(chunk_rows=rows, block_bytes=1 << 20, workbook_bytes=64 << 20))
    constants = name_fields(name, checked)
    mapping = map_headers(table.headers, checked, table.notes, named=constants)
    context = Context(now, now + timedelta(days=1), settings.TIME_ZONE, settings.CARD_TOKEN_KEY.encode())
    parser = RowParser(checked, mapping, context, table.notes, constants, table.encoding, is_1904(table))
    parsed = parser.parse(next(iter(table.chunks())))
    hidden = {"row_hash", "identity", "card_token"}
    shown = parsed.frame.head(rows).drop(
        [c for c in parsed.frame.columns if c in hidden or not _is_filled(parsed.frame, c)]
    )
    return Preview(
        headers=[header for header in table.headers if header],
        columns=shown.columns,
        rows=shown.rows(),
        rejects=parsed.rejects.head(rows).to_dicts(),
        notes=table.notes.as_json(),
    )


def _is_filled(frame: pl.DataFrame, name: str) -> bool:
    return frame.get_column(name).null_count() < frame.height


def temporary_copy(chunks: Any, suffix: str = "") -> Path:
    """Uploaded bytes in a file of a random name; the caller removes it."""
    with tempfile.NamedTemporaryFile(prefix="cleancard-upload-", suffix=suffix, delete=False) as target:
        for chunk in chunks:
            target.write(chunk)
    return Path(target.name)
