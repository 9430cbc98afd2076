"""What a sign-in that rests is answered: a page that says so in the reader's language, and after how long it is worth another try."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from fraud.people.guessing import RETRY, rested


def resting_answer(
    request: HttpRequest, answer: HttpResponseBase, credentials: dict[str, Any] | None = None
) -> HttpResponseBase:
    """In place of the library's own sentence: the form, where it says already that it rests, else a page of its own."""
    if answer.status_code == 429 and RETRY in answer:
        return answer
    return rested(render(request, "429.html"))
