"""What staff may note on a case without moving it: steps of its checklist and tags; one row each."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.actions.fields import Choice, Form, Text, Texts
from cases.actions.rows import Row, always
from cases.services import checking, tagging
from cases.services.texts import SHORT_MAX
from cases.workflow import Action

CHECK = Form(
    "Check",
    (
        Text(name="step", maximum=40),
        Choice(name="mark", choices=checking.RESULTS),
        Text(name="word", maximum=SHORT_MAX, required=False),
    ),
)
TAG = Form("Tag", (Texts(name="tags", maximum=tagging.NAME_MAX, most=tagging.MOST, required=False),))

MARKS = (
    Row(
        name="check",
        action=Action.CHECK,
        label=pgettext_lazy("check", "Tick"),
        summary="Tick, skip or open again a step of the checklist",
        form=CHECK,
        call=lambda step: checking.mark_check(
            **step.common(), step=step.data["step"], result=step.data["mark"], word=step.text("word")
        ),
        said=always(gettext_lazy("the checklist was kept.")),
        stays=True,
    ),
    Row(
        name="tags",
        action=Action.TAG,
        label=gettext_lazy("Change the tags"),
        summary="Set the tags of a case",
        form=TAG,
        call=lambda step: tagging.set_tags(**step.common(), tags=step.data.get("tags", [])),
        said=always(gettext_lazy("the tags were kept.")),
        stays=True,
    ),
)
