"""The gallery of templates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.asked import asked_of
from audit.language import current_language
from audit.permissions import NotPermitted
from fraud.web.access import page
from fraud.web.beside import Waiting, beside
from fraud.web.refusals import refusal_sentence
from fraud.workbench.gallery import STATES_AS_JSON, cards, data_states
from fraud.workbench.kept_answers import state_of
from rules.exceptions import RuleServiceError
from rules.language import RuleNotValid
from rules.services.groups import SHIPPED
from rules.services.templates import adopt_template
from rules.starter import GALLERY, catalogue_codes


@page("rules.view_rule")
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every template with its sentence, question and needs; searchable."""
    return _gallery(request)


def _gallery(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    search, group = _asked(request)
    found = cards(search, group)
    context = {"cards": found, "q": search, "group": group, "groups": list(SHIPPED), "n_all": len(GALLERY)}
    context |= {"n_codes": len(catalogue_codes())}
    return render(request, "fraud/rules/gallery.html", context | more, status=status)


@page("rules.view_rule")
@require_GET
def gallery_data(request: HttpRequest) -> HttpResponse:
    """What the claims of the last 90 days let each template judge; fetched once the page stands."""
    answer = beside(("gallery", state_of("gallery")), data_states, STATES_AS_JSON)
    if isinstance(answer, Waiting):
        return render(request, "fraud/_working.html", {"waiting": answer, "target": "#gallery-data"})
    states = answer.result
    n_claims = max((state.n_claims for state in states.values()), default=0)
    shown = [card.template.code for card in cards(*_asked(request))]
    found = [(code, states[code]) for code in shown if code in states]
    return render(request, "fraud/rules/_gallery_data.html", {"states": found, "n_claims": n_claims})


def _asked(request: HttpRequest) -> tuple[str, str]:
    """(what is searched for, the group or none) of a gallery's address."""
    asked = asked_of(request, "q", "group")
    return asked.text("q", 100), asked.choice(
        "group", {code: names[0 if current_language() == "ko" else 1] for code, names in SHIPPED.items()}
    )


@page("rules.draft_rule")
@require_POST
def adopt(request: HttpRequest, code: str) -> HttpResponse:
    """A draft of a template; somebody else has to activate it."""
    if code not in GALLERY:
        raise Http404
    try:
        adopt_template(code=code, by=request.actor)  # type: ignore[attr-defined]
    except NotPermitted as error:
        return _gallery(request, status=403, refusal=refusal_sentence(error))
    except RuleNotValid as error:
        said = "; ".join(problem.message(current_language()) for problem in error.problems)
        return _gallery(request, status=422, refusal=said)
    except RuleServiceError as error:
        return _gallery(request, status=error.status, refusal=str(error))
    messages.success(request, _("The template is a draft now. Preview it, then propose it."))
    return redirect("fraud:rule", code=code)
