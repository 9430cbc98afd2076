"""The gallery of templates, and the rule book as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import clock
from audit.asked import asked_of
from audit.language import current_language
from audit.permissions import NotPermitted
from fraud.web.access import page
from fraud.web.beside import Waiting, beside
from fraud.web.refusals import refusal_sentence
from fraud.workbench.gallery import STATES_AS_JSON, cards, data_states
from fraud.workbench.kept_answers import state_of
from rules.book_text import LARGEST, BookNotValid
from rules.exceptions import RuleServiceError
from rules.language import RuleNotValid
from rules.services.book import export_book
from rules.services.book_import import import_book, preview_book
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


@page("rules.view_rule")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The rule book as a YAML file."""
    answer = HttpResponse(export_book(by=request.actor), content_type="application/yaml; charset=utf-8")  # type: ignore[attr-defined]
    answer["Content-Disposition"] = f'attachment; filename="rules-{clock.today().isoformat()}.yaml"'
    return answer


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Export, and import in two steps: what would change, then the drafts and proposals."""
    if request.method != "POST":
        return render(request, "fraud/rules/book.html", {})
    text = _sent(request)
    context: dict[str, Any] = {"text": text, "reason": request.POST.get("reason", "")}
    is_applied = request.POST.get("step") == "apply"
    try:
        if text is None:
            said = (0, "the file is no text in UTF-8", "UTF-8 글자 파일이 아닙니다")
            raise BookNotValid(*said)
        if is_applied:
            steps = import_book(text=text, by=request.actor, reason=context["reason"])  # type: ignore[attr-defined]
        else:
            steps = preview_book(text=text, by=request.actor)  # type: ignore[attr-defined]
    except BookNotValid as error:
        refused = context | {"refusal": error.message(current_language())}
        return render(request, "fraud/rules/book.html", refused, status=422)
    except NotPermitted as error:
        refused = context | {"refusal": refusal_sentence(error)}
        return render(request, "fraud/rules/book.html", refused, status=403)
    counts = {name: sum(step.action == name for step in steps) for name in _ACTIONS}
    context |= {"steps": [step for step in steps if step.action != "same" or step.reason], "counts": counts}
    context |= {"is_applied": is_applied, "n_changes": counts["new"] + counts["draft"] + counts["proposal"]}
    return render(request, "fraud/rules/book.html", context)


_ACTIONS = ("new", "draft", "proposal", "same", "refused")


def _sent(request: HttpRequest) -> str | None:
    """The text of the file, or of the box; None where the file is no text."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("text", "")
    if (sent.size or 0) > 4 * LARGEST:
        return None
    try:
        return sent.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
