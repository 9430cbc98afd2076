"""What staff may do with which claims are in which case, and with cases that belong together: one row each."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.actions.fields import Choice, Form, Ids, Seen, Text
from cases.actions.rows import Row, Step, always
from cases.models import Case
from cases.services import detaching, errors, linking, regrouping
from cases.services.by_hand import MAX_CLAIMS
from cases.services.detaching import GoesTo
from cases.services.texts import SHORT_MAX
from cases.services.whereabouts import said_where, whereabouts
from cases.visibility import find_case
from cases.workflow import Action

_REASON = Text(name="reason", maximum=SHORT_MAX)
_REFERENCE = Text(name="other", maximum=20)
MERGE = Form("Merge", (Seen(name="other"), _REASON))
SPLIT = Form("Split", (Ids(name="claims", most=MAX_CLAIMS), _REASON))
DETACH = Form(
    "Detach",
    (
        Text(name="claim", maximum=120),
        Choice(name="goes", choices=tuple(one.value for one in GoesTo)),
        _REASON,
    ),
)
ATTACH = Form("Attach", (Text(name="claim", maximum=120), _REASON))
LINK = Form("Link", (_REFERENCE, _REASON))


def _other(step: Step, permission: str) -> Case:
    """The other case of the form. Raises CasesDiffer where it is not there, or not theirs to see: the answer is the same."""
    named: Any = step.data["other"]
    reference = named["reference"] if not isinstance(named, str) else named.strip().upper()
    try:
        return find_case(reference, step.by, trying=permission)
    except Http404:
        raise errors.CasesDiffer("none") from None


def _both(step: Step) -> dict[str, Any]:
    other = _other(step, "cases.regroup_claims")
    version = step.data["other"]["version"]
    return {**step.common(), "other": other, "other_version": version, "reason": step.text("reason")}


def _linked(step: Step) -> dict[str, Any]:
    return {**step.common(), "other": _other(step, "cases.link_cases"), "reason": step.text("reason")}


def _detach(step: Step) -> Case:
    return detaching.detach_claim(
        **step.common(), claim=step.text("claim"), goes=GoesTo(step.data["goes"]), reason=step.text("reason")
    )


def _attach(step: Step) -> Case:
    return detaching.attach_claim(**step.common(), claim=step.text("claim"), reason=step.text("reason"))


def _said_of_unmerge(step: Step, case: Case) -> str:
    elsewhere = whereabouts(case)  # what is still marked as merged away did not come back
    if not elsewhere:
        return _("the case is open again with the claims it had brought.")
    said = _("the case is open again. Of the claims it had brought these did not come back: %(where)s.")
    return said % {"where": said_where(elsewhere)}


def _split(step: Step) -> Case:
    return regrouping.split_case(**step.common(), claims=step.data["claims"], reason=step.text("reason"))


REGROUPING = (
    Row(
        name="merge",
        action=Action.MERGE,
        label=gettext_lazy("Merge another case into this one"),
        summary="Merge another open case of the cardholder into this one",
        form=MERGE,
        call=lambda step: regrouping.merge_cases(**_both(step)),
        said=always(gettext_lazy("the claims are in this case now; the other one is closed as merged.")),
        confirms=gettext_lazy(
            "The claims of the other case come into this one, and the other one closes. It can be taken back until the cardholder is asked."
        ),
        stays=True,
    ),
    Row(
        name="unmerge",
        action=Action.UNMERGE,
        label=gettext_lazy("Take the merge back"),
        summary="Open a case again that was merged into another one",
        form=MERGE,
        call=lambda step: regrouping.unmerge_case(**_both(step)),
        said=_said_of_unmerge,
        stays=True,
    ),
    Row(
        name="split",
        action=Action.SPLIT,
        label=gettext_lazy("Split claims off"),
        summary="Put chosen claims into a case of their own; answers the new case",
        form=SPLIT,
        call=_split,
        said=lambda step, new: _("the claims are in the new case %(case)s.") % {"case": new.reference},
        confirms=gettext_lazy(
            "The chosen claims go into a new case of their own. Merging it back into this one undoes it."
        ),
        stays=True,
        makes=True,
    ),
    Row(
        name="detach",
        action=Action.DETACH,
        label=gettext_lazy("Take a claim out"),
        summary="Take a claim out of the case",
        form=DETACH,
        call=_detach,
        said=always(gettext_lazy("the claim is no longer in this case.")),
        stays=True,
    ),
    Row(
        name="attach",
        action=Action.ATTACH,
        label=gettext_lazy("Put a claim back"),
        summary="Put a claim back that was taken out of the case",
        form=ATTACH,
        call=_attach,
        said=always(gettext_lazy("the claim is in this case again.")),
        stays=True,
    ),
    Row(
        name="link",
        action=Action.LINK,
        label=gettext_lazy("Link with another case"),
        summary="Link the case with another one that belongs to it",
        form=LINK,
        call=lambda step: linking.link_cases(**_linked(step)),
        said=always(gettext_lazy("the cases are linked.")),
        stays=True,
    ),
    Row(
        name="unlink",
        action=Action.UNLINK,
        label=pgettext_lazy("case", "Take the link away"),
        summary="Take the link with another case away",
        form=LINK,
        call=lambda step: linking.unlink_cases(**_linked(step)),
        said=always(gettext_lazy("the cases are no longer linked.")),
        stays=True,
    ),
)
