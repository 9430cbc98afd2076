"""The rule workbench: read, draft, preview on the last 90 days, propose; another person activates or rolls back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import NotPermitted
from audit.services import chain_entries
from fraud.company.values import current_settings
from fraud.web.access import page
from fraud.web.charts import bars
from fraud.web.refusals import refusal_sentence
from fraud.workbench.backtest import Backtest, backtest_rule
from fraud.workbench.rule_beliefs import beliefs_by_version
from fraud.workbench.rule_hits import VersionHits, hits_by_version
from fraud.workbench.rule_texts import checked_text, problems_of, vocabulary
from fraud.workbench.views.rule_steps import STEPS
from rules.book_text import write_yaml
from rules.exceptions import RuleServiceError
from rules.facts import hit_sentence
from rules.language import RuleNotValid
from rules.models import Rule, RuleVersion, ValueChange
from rules.questions import FACTS_SHOWN
from rules.services import drafts, rolling_out, turning_off
from rules.services.book import example_entry
from rules.services.common import subject_of
from rules.services.groups import offered_groups
from rules.services.wording import waiting_wording, wording_version

State = RuleVersion.State
_FIRST_TEXT = "amount > 100,000 {currency}"  # what the blocks begin with, B.start of rule-blocks.js
_ABOUT = ("name_ko", "name_en", "group", "policy_clause", "policy_clause_en", "question_ko", "question_en")


@page("rules.view_rule")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """All rules with the version that counts, what waits for approval, and their hits of the last 90 days."""
    versions = Prefetch("versions", RuleVersion.objects.order_by("-number"), to_attr="ordered")
    rows = list(Rule.objects.prefetch_related(versions))
    hits, beliefs = hits_by_version(), beliefs_by_version()
    for row in rows:
        row.active = _first(row, State.ACTIVE)  # type: ignore[attr-defined]
        row.open = _first(row, State.PROPOSED) or _first(row, State.DRAFT) or _first(row, State.SHADOW)  # type: ignore[attr-defined]
        row.n_hits = _n_hits(row.active, hits)  # type: ignore[attr-defined]
        row.belief = beliefs.get(row.active.pk) if row.active else None  # type: ignore[attr-defined]
        row.n_shadow = _n_hits(_first(row, State.SHADOW), hits)  # type: ignore[attr-defined]
    context = {
        "rules": rows,
        "most": max((row.n_hits for row in rows), default=0),  # type: ignore[attr-defined]
        "n_changes": ValueChange.objects.filter(state=ValueChange.State.PROPOSED).count(),
    }
    return render(request, "fraud/rules/rules.html", context)


def _n_hits(version: RuleVersion | None, hits: dict[int, VersionHits]) -> int:
    return hits.get(version.pk, VersionHits()).n_claims if version else 0


def _first(rule: Any, state: str) -> RuleVersion | None:
    return next((version for version in rule.ordered if version.state == state), None)


@page("rules.view_rule")
@require_GET
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: the chosen version, its sentence, its history, and what may be done with it."""
    return _show(request, _find(code))


@page("rules.draft_rule")
@require_http_methods(["GET", "POST"])
def new_rule(request: HttpRequest) -> HttpResponse:
    """Start a rule of one's own."""
    context: dict[str, Any] = {
        "typed": request.POST,
        "text": request.POST.get("text", _FIRST_TEXT.format(currency=current_settings().currency)),
        "groups": [one.code for one in offered_groups()],
        "question_facts": FACTS_SHOWN,
        **vocabulary(),
    }
    if request.method == "POST":
        about: dict[str, Any] = {name: request.POST.get(name, "").strip() for name in _ABOUT}
        code = request.POST.get("code", "").strip().upper()
        try:
            drafts.draft_rule(code=code, text=request.POST.get("text", ""), by=_by(request), **about)
        except RuleNotValid as error:
            context |= {
                "problems": problems_of(error, request.POST.get("text", "")),
                "correction": error.correction,
            }
        except (RuleServiceError, ValueError) as error:
            context["refusal"] = str(error)
        else:
            messages.success(request, _("The draft was kept. Preview it, then propose it."))
            return redirect("fraud:rule", code=code)
    return render(request, "fraud/rules/new.html", context, status=422 if request.method == "POST" else 200)


@page("rules.draft_rule", "rules.activate_rule")
@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """Hits on the last 90 days beside the version that counts, as case load."""
    found = _find(code)
    active = found.versions.filter(state=State.ACTIVE).first()
    try:
        active_text = active.text if active else ""
        result = backtest_rule(text=request.POST.get("text", ""), by=_by(request), active_text=active_text)
    except RuleNotValid as error:
        context = {
            "problems": problems_of(error, request.POST.get("text", "")),
            "correction": error.correction,
        }
        return render(request, "fraud/rules/_checked.html", context, status=422)
    return render(request, "fraud/rules/_preview.html", _preview_context(result))


def _preview_context(result: Backtest) -> dict[str, Any]:
    language = current_language()
    for sample in result.samples:
        sample["sentence"] = hit_sentence(sample["facts"], language)
    chart = bars([(day, float(n)) for day, n in result.weeks], label=_("Hits a week")) if result.weeks else ""
    return {"result": result, "chart": chart}


def _wider(running: RuleVersion | None) -> list[int]:
    """Shares of the cardholders that a version which counts for some of them may be widened to."""
    if running is None or running.state != State.ACTIVE:
        return []
    return [percent for percent in rolling_out.SHARES if percent > running.rollout_rate * 100]


@page("rules.draft_rule", "rules.activate_rule")
@require_POST
def start_draft(request: HttpRequest, code: str) -> HttpResponse:
    """A new draft from the version that counts, or from the newest."""
    found = _find(code)
    try:
        drafts.begin_version(rule=found, by=_by(request))
    except (RuleServiceError, RuleNotValid) as error:
        messages.error(request, str(error))
    return redirect("fraud:rule", code=code)


@page("rules.draft_rule", "rules.activate_rule")
@require_POST
def step(request: HttpRequest, code: str, number: int, name: str) -> HttpResponse:
    """One step with one version; a refusal keeps what was typed."""
    found = _find(code)
    version = found.versions.filter(number=number).select_related("rule").first()
    if version is None or name not in STEPS:
        raise Http404
    try:
        said = STEPS[name](request, version)
    except RuleNotValid as error:
        problems = problems_of(error, request.POST.get("text", version.text))
        return _show(request, found, problems=problems, correction=error.correction, refused=name, status=422)
    except NotPermitted as error:
        return _show(request, found, refusal=refusal_sentence(error), refused=name, status=403)
    except (RuleServiceError, ValueError) as error:
        status = getattr(error, "status", 422)
        return _show(request, found, refusal=str(error), refused=name, status=status)
    messages.success(request, said)
    return redirect("fraud:rule", code=code)


def _show(request: HttpRequest, found: Rule, *, status: int = 200, **more: Any) -> HttpResponse:
    versions = list(
        found.versions.select_related(
            "created_by", "edited_by", "proposed_by", "activated_by", "retire_proposed_by"
        ).order_by("-number")
    )
    by_state = {version.state: version for version in reversed(versions)}
    opened = next((by_state[s] for s in (State.PROPOSED, State.DRAFT, State.SHADOW) if s in by_state), None)
    shown = opened or by_state.get(State.ACTIVE) or (versions[0] if versions else None)
    typed = request.POST if more.get("refused") == "save" else {}
    hits, running = (
        hits_by_version(rule_code=found.code),
        by_state.get(State.ACTIVE) or by_state.get(State.SHADOW),
    )
    for version in versions:
        version.found = hits.get(version.pk, VersionHits())  # type: ignore[attr-defined]
    context = {
        "rule": found,
        "versions": versions,
        "wording_changes": waiting_wording(subject="rule", name=found.code),
        "wording_seen": wording_version("rule", found.code),
        "version": shown,
        "running": running,
        "shares": [percent for percent in rolling_out.SHARES if percent < 100],
        "wider": _wider(running),
        "version_before": turning_off.version_before(found),
        "may_share": State.ACTIVE not in by_state,
        "belief": beliefs_by_version().get(running.pk) if running else None,
        "believed_found": running.found if running else None,  # type: ignore[attr-defined]
        "typed": typed,
        "events": list(chain_entries(subject_of(found)))[-20:][::-1],
        "is_editable": shown is not None
        and shown.activated_at is None
        and shown.state in {State.DRAFT, State.PROPOSED},
        "n_hits": _n_hits(by_state.get(State.ACTIVE), hits),
        "examples": examples_text(shown),
        **(vocabulary()),
        **checked_text(typed.get("text", shown.text if shown else "")),
    }
    return render(request, "fraud/rules/rule.html", context | more, status=status)


def examples_text(version: RuleVersion | None) -> str:
    """A version's example rows as YAML, as the book writes them; empty for none."""
    return (
        write_yaml([example_entry(one) for one in version.examples]) if version and version.examples else ""
    )


def _find(code: str) -> Rule:
    found = Rule.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
