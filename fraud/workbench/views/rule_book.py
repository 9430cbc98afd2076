"""The rule book as a file: out, in, and as one proposal that a second person reads and confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from audit.paging import listed_page
from audit.people import is_among
from audit.permissions import NotPermitted
from audit.typed import whole_number
from fraud.web.access import page
from fraud.web.refusals import refusal_sentence
from fraud.workbench.book_work import Order, begin_again, begin_book, is_long, look_at_book, steps_answered
from fraud.workbench.views import deciding
from rules.book_text import LARGEST, BookNotValid, decode_book
from rules.exceptions import RuleServiceError
from rules.models import BookChange
from rules.services.book import export_book
from rules.services.book_bundle import (
    confirm_book,
    propose_book,
    return_book,
    steps_of,
    try_book,
    waiting_books,
)
from rules.services.book_import import import_book
from rules.services.book_takers import BookStep

#: Entries a page, and lines of one entry, of what a book changes.
SHOWN, MOST_LINES = 50, 200


@page("rules.view_rule")
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The rule book as a YAML file."""
    answer = HttpResponse(export_book(by=_by(request)), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rules-{clock.today().isoformat()}.yaml"'
    return answer


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Export, and import in two steps: what would change, then one proposal of it all, or drafts and proposals one by one."""
    if request.method != "POST":
        return render(request, "fraud/rules/book.html", {"waiting": waiting_books()})
    context: dict[str, Any] = {
        "text": request.POST.get("text", ""),
        "reason": request.POST.get("reason", ""),
        "waiting": waiting_books(),
    }
    step = request.POST.get("step", "")
    try:
        context["text"] = text = _sent(request)
        if is_long(text):
            return _beside(request, Order(step or "preview", _by(request).user_id, text, context["reason"]))
        if step == "propose":
            change = propose_book(text=text, by=_by(request), reason=context["reason"])
            messages.success(request, _("Proposed. Somebody else has to agree before it counts."))
            return redirect("fraud:book-change", book_id=change.pk)
        if step == "apply":
            steps = import_book(text=text, by=_by(request), reason=context["reason"])
        else:
            steps = try_book(text=text, by=_by(request))
    except BookNotValid as error:
        refused = context | {"refusal": error.message(current_language())}
        return render(request, "fraud/rules/book.html", refused, status=422)
    except NotPermitted as error:
        refused = context | {"refusal": refusal_sentence(error)}
        return render(request, "fraud/rules/book.html", refused, status=403)
    except RuleServiceError as error:
        return render(
            request, "fraud/rules/book.html", context | {"refusal": str(error)}, status=error.status
        )
    return _answered(request, steps, context | {"is_applied": step == "apply"})


def _answered(request: HttpRequest, steps: Sequence[BookStep], context: dict[str, Any]) -> HttpResponse:
    told = _told(steps)
    told |= {"steps": told["steps"][:SHOWN], "n_left": max(0, len(told["steps"]) - SHOWN)}
    return render(request, "fraud/rules/book.html", context | told)


def _beside(request: HttpRequest, order: Order) -> HttpResponse:
    return redirect("fraud:book-work", name=begin_book(order, by=_by(request)))


@page("rules.view_rule")
@require_http_methods(["GET", "POST"])
def book_work(request: HttpRequest, name: str) -> HttpResponse:
    """How far a long book is, and what came out; one whose process died is begun again."""
    look = look_at_book(name, by=_by(request))
    if look is None:
        raise Http404
    if request.method == "POST":
        begin_again(name, look.order, by=_by(request))
        return redirect("fraud:book-work", name=name)
    is_part = bool(request.headers.get("HX-Request"))
    if look.answer is None:
        template = "fraud/rules/_book_work.html" if is_part else "fraud/rules/book_work.html"
        return render(request, template, {"look": look, "name": name})
    if is_part:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _work_done(request, look.order, look.answer)


def _work_done(request: HttpRequest, order: Order, answer: dict[str, Any]) -> HttpResponse:
    if "book" in answer:
        return redirect("fraud:book-change", book_id=answer["book"])
    if "refusal" in answer and order.book_id:
        change = get_object_or_404(BookChange, pk=order.book_id)
        return _change_page(request, change, status=answer["status"], refusal=answer["refusal"])
    context: dict[str, Any] = {"text": order.text, "reason": order.reason, "waiting": waiting_books()}
    if "refusal" in answer:
        return render(request, "fraud/rules/book.html", context | answer, status=answer["status"])
    context["is_applied"] = order.step == "apply"
    return _answered(request, steps_answered(answer), context)


@page("rules.view_rule")
@require_GET
def book_change(request: HttpRequest, book_id: int) -> HttpResponse:
    """A book that was proposed as a whole: what it changes, and the second person's decision."""
    return _change_page(request, get_object_or_404(BookChange, pk=book_id))


@page("rules.activate_rule")
@require_POST
def decide_book(request: HttpRequest, book_id: int, name: str) -> HttpResponse:
    """Confirm all of a book or return it; never by whoever proposed it."""
    change = get_object_or_404(BookChange, pk=book_id)
    if name == "approve" and change.state == BookChange.State.PROPOSED and is_long(change.text):
        return _beside(request, Order("confirm", _by(request).user_id, book_id=change.pk))

    def agree() -> str:
        confirm_book(change=change, by=_by(request))
        return _("The book holds now. The next night judges with it.")

    return deciding.decide(
        request,
        is_agreed={"approve": True, "return": False}.get(name),
        agree=agree,
        turn_down=lambda: return_book(change=change, by=_by(request), reason=request.POST.get("reason", "")),
        show=lambda request, **more: _change_page(request, change, **more),
        to=lambda: reverse("fraud:book-change", args=[change.pk]),
    )


def _change_page(request: HttpRequest, change: BookChange, *, status: int = 200, **more: Any) -> HttpResponse:
    by = _by(request)
    told = _told(steps_of(change))
    steps = told["steps"]
    asked = whole_number(request.GET.get("entry", ""), 6, minimum=1, maximum=len(steps))
    if asked is None:
        shown = listed_page(steps, order="book", cursor=request.GET.get("after", ""), size=SHOWN)
        told |= {"steps": shown.rows, "page": shown}
    else:  # one of them, whole
        told |= {"steps": [steps[asked - 1]], "is_one": True}
    context = told | {"change": change, "is_own": is_among(by, [change.proposed_by])}
    return render(request, "fraud/rules/book_change.html", context | more, status=status)


def _told(steps: Sequence[BookStep]) -> dict[str, Any]:
    """Steps for a page, numbered: what changes or is refused, what was refused first, then what is warned of, and how many of each."""
    counts = {name: sum(step.action == name for step in steps) for name in _ACTIONS}
    shown = sorted(
        (step for step in steps if step.action != "same" or step.reason),
        key=lambda step: (step.action != "refused", not step.warned),
    )
    n_changes = counts["new"] + counts["draft"] + counts["proposal"]
    return {
        "steps": [Shown(number, step) for number, step in enumerate(shown, 1)],
        "counts": counts,
        "n_changes": n_changes,
        "n_warned": sum(bool(step.warned) for step in steps),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A step with its place among those that are shown; of very many lines the first."""

    number: int
    step: BookStep

    @property
    def lines(self) -> tuple[str, ...]:
        """The first lines of what changes."""
        return self.step.lines[:MOST_LINES]

    @property
    def n_more(self) -> int:
        """How many lines follow."""
        return max(0, len(self.step.lines) - MOST_LINES)


_ACTIONS = ("new", "draft", "proposal", "same", "refused")


def _sent(request: HttpRequest) -> str:
    """The text of the file, or of the box. Raises BookNotValid."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("text", "")
    if (sent.size or 0) > 4 * LARGEST:
        raise BookNotValid(
            0,
            f"the file has more than {4 * LARGEST:,} bytes; split it",
            f"파일이 {4 * LARGEST:,}바이트를 넘습니다. 나누어 주세요",
        )
    return decode_book(sent.read())


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]
