"""Everything a page can do a program can do: each address of a page that takes a step has one of the interface, or says why not."""

from __future__ import annotations

import inspect
from typing import Any

from django.urls import Resolver404, get_resolver, resolve

from cases.actions.casework import CASE_ACTIONS
from cases.actions.opening import BULK_ROWS
from cases.actions.recovery import RECOVERY_ACTIONS
from cases.views.nights import STEPS as NIGHT_STEPS
from fraud.people.views.steps import STEPS as PERSON_STEPS
from tests.routes import walk

#: Page (by name, or `name: step` where its address ends in the step's name) → addresses of the interface.
# fmt: off
STEPS: dict[str, tuple[str, ...]] = {
    # A person's own
    "own-data": ("post my/data/",), "precheck": ("post precheck/",), "my-save": ("put my/requests/X/draft/",), "my-appeal-save": ("put my/notices/X/appeal-draft/",),
    "my-step": ("post my/requests/X/answer/", "post my/requests/X/extension/", "post my/notices/X/accept/", "post my/notices/X/appeal/", "post my/requests/X/evidence/",
                "delete my/requests/X/evidence/X/", "post my/notices/X/evidence/", "delete my/notices/X/evidence/X/", "delete my/notices/X/consent/"),
    # Casework
    "take-next": ("post cases/take-next/",), "act": tuple(f"post cases/X/{name}/" for name in CASE_ACTIONS), "undo": ("post cases/X/undo/",),
    "bulk-do": tuple(f"post cases/bulk-{name}/" for name in BULK_ROWS), "bulk-close": ("post cases/bulk-close/",), "undo-many": ("post cases/bulk-undo/",),
    "open-case": ("post cases/open/",), "record-tip": ("post tips/",), "save-view": ("put cases/views/X/", "delete cases/views/X/"),
    "read-notices": ("post notices/read/", "post notices/1/read/"), "choose-notices": ("put notices/choices/",), "change-work": ("put workload/X/",),
    "recovery-step": tuple(f"post recoveries/X/postings/1/{name}/" if name in ("reverse", "confirm") else f"post recoveries/X/{name}/" for name in RECOVERY_ACTIONS),
    "reconcile": ("post recoveries/import/",), "entry-profile": ("post recoveries/entries/profiles/",),
    "entry-step": tuple(f"post recoveries/entries/1/{name}/" for name in ("match", "set-aside", "same", "take-up")),
    # Nights, calendar, mail, other systems
    "start-night": ("post nights/",), "night-step": tuple(f"post runs/X/{name}/" for name in NIGHT_STEPS), "calendar": ("post calendar/",),
    "decide-day": ("post calendar/changes/1/approve/", "post calendar/changes/1/return/"), "mail-text": ("post mail/texts/X/ko/", "post mail/texts/X/ko/preview/"),
    "decide-mail-text": ("post mail/texts/changes/1/approve/", "post mail/texts/changes/1/return/"), "mail-step": ("post mail/1/send-again/", "post mail/1/told/"),
    "propose-webhook": ("post webhooks/",), "webhook-again": ("post webhooks/messages/1/send-again/",),
    "webhook-step": tuple(f"post webhooks/1/{name}/" for name in ("approve", "return", "stop", "rotate")),
    # Files out, each with its reason
    "dossier": ("post cases/X/dossier/",), "export-figures": ("post reports/export/",), "export-figure": ("post reports/figures/X/export/",), "export-assurance": ("post reports/assurance/export/",), "export-labels": ("post labels/export/",),
    "export-scores": ("post scores/export/",), "ledger-export": ("post recoveries/export/",), "export-claims": ("post claims/export/",), "file-rejects": ("post deliveries/X/rejects/export/",), "export": ("post audit/export/",),
    # Files in
    "upload-file": ("post uploads/", "put uploads/X/", "post uploads/X/finish/"), "send-feed": ("post people/x/",), "profile": ("put profiles/X/",), "propose-exemption": ("post profiles/X/exemptions/",),
    "decide-exemption": ("post profiles/X/exemptions/1/approve/",), "add-receipt": ("post claims/1/receipts/",), "resume-file": ("post deliveries/X/resume/",), "cancel-file": ("post deliveries/X/cancel/",),
    "money-back-step": tuple(f"post money-back/1/{name}/" for name in ("link", "dismiss", "unlink")), "deliver-outcomes": ("post outcomes/",),
    # Rules
    "new-rule": ("post rules/",), "draft-rule": ("post rules/X/versions/",), "adopt-template": ("post rules/templates/X/adopt/",), "rule-book": ("post rules/book/",), "decide-book": ("post rules/book/changes/1/approve/", "post rules/book/changes/1/return/"), "read-rule": ("post rules/read/",),
    "try-rule": ("post rules/try/",), "explain-claim": ("post rules/explain/",), "preview-rule": ("post rules/X/preview/",),
    "rule-step": (*(f"post rules/X/versions/1/{name}/" for name in ("propose", "activate", "shadow", "return", "widen", "discard")), *(f"post rules/X/{name}/" for name in ("propose-retirement", "retire", "keep", "roll-back")), "put rules/X/versions/1/"),
    "start-mining": ("post rules/searches/",), "cancel-mining": ("post rules/searches/1/cancel/",), "draft-mined": ("post rules/searches/1/draft/",),
    "policy": ("post rules/policy/",), "policy-paragraph": ("post rules/policy/",), "decide-policy": ("post rules/policy/changes/1/approve/",),
    "new-wording": ("post rules/wording/",), "wording": ("post rules/wording/",), "decide-wording": ("post rules/wording/changes/1/approve/",),
    "parameter": ("post rules/values/parameters/X/",), "preview-parameter": ("post rules/values/parameters/X/preview/",), "value-list": ("post rules/values/lists/X/",), "list-file": ("post rules/values/lists/X/file/",),
    "preview-list": ("post rules/values/lists/X/preview/",), "preview-change": ("post rules/values/changes/1/preview/",), "decide-change": ("post rules/values/changes/1/approve/",),
    "propose-suppression": ("post rules/X/suppressions/",), "suppression-step": ("post rules/suppressions/1/approve/",),
    # Models and settings
    "propose-threshold": ("post threshold/",), "propose-settings": ("post settings/",), "decide-settings": ("post settings/changes/1/activate/",),
    "start-experiment": ("post experiments/",), "cancel-experiment": ("post experiments/1/cancel/",), "start-training": ("post trainings/",), "cancel-training": ("post trainings/1/cancel/",), "version-step": ("post models/X/propose/",),
    # People, programs, the log
    "create-account": ("post accounts/",), "account-step": ("post accounts/X/rotate/",), "invite": ("post logins/",), "review-access": ("post access-review/1/",),
    "person-step": ("post logins/1/give-role/", "post logins/1/take-role/", "post logins/1/units/", "post logins/1/return/", "post logins/1/end/", "post logins/1/sign-out/", "post logins/1/drop-second-step/",
                    "post logins/1/invite-again/", "post access-changes/1/confirm/"),
    "confirm-access": ("post access-changes/1/confirm/",), "verify": ("post audit/verify/",),
}
WITHOUT: dict[str, str] = {
    **dict.fromkeys(("change-password", "forgot-password", "set-password", "directory-sign-in"), "signing in is a person's, in a browser"),
    "set-preferences": "language and theme of pages; a program says its language with every request",
    "invite-joiners": "several invitations at once: a program sends one for each",
    "book-work": "begins a long book again whose process has died; a program's book is taken within its request",
    "assistant": "helps people choose how a table is read; a program saves the profile and is told of every row",
}
# fmt: on


def pages() -> set[str]:
    """Names of the addresses of pages that take a step."""
    return {
        str(entry.name)
        for route, entry in walk(get_resolver().url_patterns)
        if not route.startswith(("api/", "accounts/second-step/", "^")) and "POST" in _methods(entry.callback)
    }


def _methods(view: Any) -> set[str]:
    """What a view takes, by its decorator, or by what it looks at."""
    found, last = None, view
    while view is not None:
        inside = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
        found = set(inside.get("request_method_list", found or ())) or found
        last, view = view, getattr(view, "__wrapped__", None)
    if found is not None:
        return found
    source = "" if inspect.isclass(last) else inspect.getsource(last)
    return {"GET", "POST"} if "request.POST" in source or '"POST"' in source else {"GET"}


def test_every_step_of_a_page_has_an_address_of_the_interface_or_says_why_not() -> None:
    taking = pages()
    assert taking == set(STEPS) | set(WITHOUT)
    assert not set(STEPS) & set(WITHOUT)
    print(
        f"{len(STEPS)} pages with a step, {sum(map(len, STEPS.values()))} addresses; {len(WITHOUT)} without"
    )


def test_every_address_that_is_named_is_there_and_takes_that_method() -> None:
    missing = []
    for page, addresses in STEPS.items():
        for address in addresses:
            method, path = address.split(" ")
            try:
                view = resolve(f"/api/v1/{path}").func.cls
            except Resolver404:
                missing.append((page, address))
                continue
            if view.__name__ == "Absent" or not hasattr(view, method):
                missing.append((page, address))
    assert not missing


def test_every_step_on_a_login_is_among_them() -> None:
    """Turning a proposal down and taking it back are steps on the proposal: `access-changes/1/return/`, `/withdraw/`."""
    named = {address.split("/")[-2] for address in STEPS["person-step"]}
    assert set(PERSON_STEPS) - {"turn-down", "withdraw"} == named
