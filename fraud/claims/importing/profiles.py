"""Import profiles in the database: the presets, and changing one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.importing.guessing.fitting import Known
from fraud.claims.importing.headers import plain
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.models import ImportProfile


class ProfileUnknown(LookupError):
    """There is no import profile of that name; `known` lists those there are."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"there is no import profile {name!r}; there are: {', '.join(known)}")
        self.name, self.known = name, known


def ensure_presets() -> None:
    """Add the profiles the product brings along; those that are there stay as they are."""
    known = set(ImportProfile.objects.values_list("name", flat=True))
    added = [
        ImportProfile(name=name, label_en=label_en, label_ko=label_ko, spec=spec, is_preset=True)
        for name, (label_en, label_ko, spec) in PRESETS.items()
        if name not in known
    ]
    if added:
        ImportProfile.objects.bulk_create(added, ignore_conflicts=True)


def known_profiles() -> list[Known]:
    """All profiles for the guesses about a table; those somebody made or changed are the company's own."""
    ensure_presets()
    return [
        Known(profile.name, profile.spec, is_own=not profile.is_preset or profile.version > 1)
        for profile in ImportProfile.objects.order_by("changed_at", "pk")
    ]


def get_profile(name: str) -> ImportProfile:
    """The profile of a name, a preset included. Raises ProfileUnknown."""
    named = ImportProfile.objects.filter(name=name)
    profile = named.first()
    if profile is None:
        ensure_presets()
        profile = named.first()
    if profile is None:
        raise ProfileUnknown(name, list(ImportProfile.objects.values_list("name", flat=True)))
    return profile


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


def temporary_copy(chunks: Any, suffix: str = "") -> Path:
    """Uploaded bytes in a file of a random name; the caller removes it."""
    with tempfile.NamedTemporaryFile(prefix="cleancard-upload-", suffix=suffix, delete=False) as target:
        for chunk in chunks:
            target.write(chunk)
    return Path(target.name)
