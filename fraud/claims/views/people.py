"""Personnel feeds through the page: choose what the file tells, send it, see what became of every row."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from audit.language import current_language
from fraud.claims.feed_words import feed_notes, feed_refusal, feed_words
from fraud.claims.importing.drafts import Draft, find_draft
from fraud.claims.importing.people import FeedResult
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_uploads import MAX_BYTES, FeedTooLarge, receive_feed
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.services import get_ready
from fraud.claims.importing.texts import sentence
from fraud.web.access import page

SHOWN = 50


@page("fraud.import_claims")
@require_GET
def people_feeds(request: HttpRequest) -> HttpResponse:
    """The form, with the columns of every feed."""
    get_ready()
    return _show(request)


@page("fraud.import_claims", body=MAX_BYTES)
@require_POST
def send_feed(request: HttpRequest) -> HttpResponse:
    """Take a feed, sent now or kept by the assistant; its counts, and what is wrong with rows that were not taken."""
    feed, sent = request.POST.get("feed", ""), request.FILES.get("file")
    draft = None if sent else find_draft(request.POST.get("draft", ""), request.actor)
    given = sent or draft
    if feed not in FEEDS or given is None:
        return _show(request, status=422, problem=_("Choose a file and what it tells."))
    name = given.name or ""
    try:
        result = receive_feed(
            parts=given.parts() if isinstance(given, Draft) else given.chunks(),
            name=name,
            feed=feed,
            by=request.actor,
        )
    except FeedTooLarge as error:
        text = _("The file is larger than %(n)s MB. Split it, or import it on the server.")
        return _show(request, status=413, problem=text % {"n": error.limit >> 20})
    except FileQuarantined as error:
        problem = feed_refusal(error.code, error.params, current_language())
        return _show(request, status=422, problem=problem)
    if draft:
        draft.drop()
    notes = feed_notes(result, current_language())
    return _show(request, result=result, rejects=_rejects(result), notes=notes, name=name)


def _rejects(result: FeedResult) -> list[dict[str, Any]]:
    language = current_language()
    return [
        {
            "line": row["line"],
            "column": row["column"],
            "reason": sentence("row", row["code"], json.loads(row["params"]), language),
            "original": row["original"],
        }
        for row in result.rejects.head(SHOWN).iter_rows(named=True)
    ]


def _show(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    words = feed_words()
    context = {
        "feeds": [
            {
                "code": code,
                "word": words[code],
                "columns": [
                    {"headers": " / ".join(column.sources[:3]), "required": column.required}
                    for column in feed.columns.values()
                ],
                "checks": [" / ".join(column.sources[:3]) for column in feed.checks.values()],
            }
            for code, feed in FEEDS.items()
        ],
        "chosen": request.POST.get("feed", ""),
    }
    return render(request, "fraud/files/people.html", context | more, status=status)
