"""What a dossier does not hold, and why: counted, and said in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

#: Code → why something is not in a dossier.
WHY: dict[str, str | Promise] = {
    "scores_blind": pgettext_lazy(
        "dossier", "Rule hits, scores and reasons: the case is a random check that is not decided yet."
    ),
    "scores": pgettext_lazy("dossier", "Rule hits, scores and reasons: your roles do not include them."),
    "recovery": pgettext_lazy("dossier", "The recovery ledger: your roles do not include it."),
    "files": pgettext_lazy("dossier", "The content of evidence files: your roles do not include it."),
    "files_held_back": pgettext_lazy(
        "dossier", "Content of files that wait for the virus scan, or were found infected or damaged."
    ),
    "claims_left": pgettext_lazy(
        "dossier", "Facts of claims that left the case, since they turned out to be another person's."
    ),
    "entries_sealed": pgettext_lazy(
        "dossier", "Content of audit entries you may not read: only their place in the chain and their hashes are here."
    ),
    "drafts": pgettext_lazy("dossier", "Drafts and files that were never sent, if there are any: they are their author's alone."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One kind of thing that is not in the dossier; `n` how many there are, 0 where they are not counted."""

    code: str
    n: int = 0

    @property
    def said(self) -> str:
        """In the reader's language."""
        return f"{WHY[self.code]} ({self.n})" if self.n else str(WHY[self.code])
