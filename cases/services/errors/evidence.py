"""A file that cannot be taken, kept or shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cases.evidence.kinds import FILE_NAMES
from cases.services.errors.base import CaseworkError
from cases.services.errors.content import ContentNotValid


class EvidenceError(ContentNotValid):
    """A file that cannot be taken; the status says in which way."""

    field = "file"


class EvidenceEmpty(EvidenceError):
    code, status = "evidence_empty", 400
    text = _("The file is empty.")


class EvidenceTooLarge(EvidenceError):
    code, status = "evidence_too_large", 413
    text = _("The file is too large; at most %(mb)d MB.")


class EvidenceTooComplex(EvidenceError):
    code, status = "evidence_too_complex", 413
    text = _("The picture has too many pixels or frames. Take a photograph or save it smaller.")


class EvidenceTooManyPages(EvidenceTooComplex):
    text = _("The PDF has more than %(n)s pages or very much text. Send the pages that matter.")


class EvidenceKindNotAllowed(EvidenceError):
    """`why` is unknown or mixed (two kinds in one file)."""

    code, status = "evidence_kind_not_allowed", 415
    text = _("The file is of another kind than those that are taken: %(kinds)s.")

    def __init__(self, *, why: str = "") -> None:
        super().__init__(why=why, kinds=FILE_NAMES)
        if why == "mixed":
            self.text = _(
                "There is something of another kind in the file. Save it anew as one of: %(kinds)s."
            )

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.params.get("why", "")}


class EvidenceDamagedOnArrival(EvidenceError):
    code, status = "evidence_unreadable", 415
    text = _("The picture cannot be read. Take it again or save it anew.")


class EvidenceHasNumbers(EvidenceError):
    code = "evidence_has_numbers"
    text = _("The file shows a full card or resident registration number. Black it out and send it again.")


class EvidenceInfected(EvidenceError):
    code = "evidence_infected"
    text = _("The virus scanner found something in this file; it was not kept.")


class FilesNotKept(EvidenceError):
    """One or more files, each named with why; what else was sent with them (`n_kept`) stays."""

    code = "files_not_kept"
    text = _("Not kept: %(files)s")

    def __init__(self, *, files: str, n_kept: int) -> None:
        super().__init__(files=files, n=n_kept)
        if n_kept:
            self.text = ngettext_lazy(
                "Not kept: %(files)s The one other file was kept.",
                "Not kept: %(files)s The %(n)d other files were kept.",
                n_kept,
            )


class EvidenceWithdrawn(EvidenceError):
    code, status = "evidence_withdrawn", 410
    text = _("The file was withdrawn by the person who added it.")


class EvidenceQuarantined(CaseworkError):
    code = "evidence_quarantined"
    text = _("The file has not been scanned yet. Try again later.")


class EvidenceErased(CaseworkError):
    code, status = "evidence_erased", 410
    text = _(
        "The file was erased after the period for which files are kept. What it was stays on record by its hash."
    )


class PreviewMissing(CaseworkError):
    code, status = "preview_missing", 404
    text = _("There is no picture of this page. Download the file to look at it.")


class EvidenceDamaged(CaseworkError):
    code = "evidence_damaged"
    text = _("The stored file is damaged and is not shown. The auditors have been told.")


class StorageFull(CaseworkError):
    code, status = "storage_full", 507
    text = _("The file could not be stored. Try again later.")
