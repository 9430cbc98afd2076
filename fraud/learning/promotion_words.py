"""What a proposed version was compared on, and what not, in sentences: for inbox, page, interface and command alike."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fraud.detection.models import ModelVersion
from fraud.learning.gate_words import GATES
from fraud.learning.models import Evaluation
from fraud.learning.promotion_guards import (
    champion_reference,
    decisive_evaluation,
    failed_gates,
    was_in_service,
)

#: Stage of a version → its word.
STAGES: Mapping[str, str | Promise] = {
    ModelVersion.Stage.CHALLENGER.value: gettext_lazy("challenger"),
    ModelVersion.Stage.PROPOSED.value: gettext_lazy("proposed"),
    ModelVersion.Stage.CHAMPION.value: gettext_lazy("champion"),
    ModelVersion.Stage.ARCHIVED.value: gettext_lazy("archived"),
}


def evidence_words(version: ModelVersion) -> list[str]:
    """Sentences: the comparison with the version in service or that there was none, its conditions, what the version learnt from."""
    return [*_compared(version), _learnt(version)]


def _compared(version: ModelVersion) -> list[str]:
    over = champion_reference(without=version)
    if was_in_service(version):
        return [_("It was in service before: going back asks for no new comparison.")]
    if not over:
        return [_("No version is in service: there is nothing to compare it with.")]
    evaluation = decisive_evaluation(version)
    if evaluation is None:
        return [
            _("Nothing was compared: there is no comparison with %(version)s on later claims.")
            % {"version": over}
        ]
    return [_counted(evaluation, over), _conditions(failed_gates(version))]


def _counted(evaluation: Evaluation, over: str) -> str:
    against = evaluation.against.reference if evaluation.against else over
    said = ngettext(
        "Compared with %(version)s on %(n)s later claim, %(k)s confirmed misuse.",
        "Compared with %(version)s on %(n)s later claims, of them %(k)s confirmed misuse.",
        evaluation.n_claims,
    )
    return said % {"version": against, "n": f"{evaluation.n_claims:,}", "k": f"{evaluation.n_misuse:,}"}


def _conditions(failed: list[str]) -> str:
    if not failed:
        return _("All conditions are met.")
    return _("Not met: %(gates)s.") % {"gates": ", ".join(str(GATES.get(name, name)) for name in failed)}


def _learnt(version: ModelVersion) -> str:
    said = ngettext(
        "It learnt from %(n)s claim confirmed as misuse.",
        "It learnt from %(n)s claims confirmed as misuse.",
        version.n_confirmed,
    )
    return said % {"n": f"{version.n_confirmed:,}"}
