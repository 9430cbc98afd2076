"""Where each role starts."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit.permissions import can
from audit.services import actor_of

# First page by what the actor may do; the first that fits wins.
STARTS = (
    ("cases.take_case", "/queue/"),
    ("cases.post_recovery", "/recovery/"),
    ("rules.draft_rule", "/rules/"),
    ("fraud.train_model", "/detection/"),
    ("audit.view_events", "/audit/"),
    ("fraud.change_settings", "/runs/"),
    ("cases.view_own_request", "/my/"),
)


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send the person to the page their work starts on."""
    actor = actor_of(request)
    for action, url in STARTS:
        if can(actor, action):
            return redirect(url)
    return redirect("/my/")
