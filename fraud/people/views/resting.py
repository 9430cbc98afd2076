"""What a sign-in that rests is answered: a page that says so in the reader's language, and after how long it is worth another try."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from fraud.people.guessing import WINDOW

_RETRY = "Retry-After"


def resting_answer(
    request: HttpRequest, answer: HttpResponseBase, credentials: dict[str, Any] | None = None
) -> HttpResponseBase:
    """In place of the library's own sentence: the form, where it says already that it rests, else a page of its own."""
    if answer.status_code == 429 and _RETRY in answer:
        return answer
    return rested(render(request, "429.html"))


def rested(answer: HttpResponse) -> HttpResponse:
    """The same answer with 429, and after how many seconds to come back."""
    answer.status_code = 429
    answer[_RETRY] = str(int(WINDOW.total_seconds()))
    return answer
