"""Every change whose answer is kept for a repetition: told again only to who may still see what it tells.

The addresses come from the resolver, so a new one has to be put in order here: it asks again (`tell_again`), or tells of nobody.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from audit.permissions import Role
from cases.models import Case, IdempotencyRecord, Notice, OutboxMessage, StatementEntry, StatementFile
from fraud.claims.models import Claim, Receipt
from fraud.detection.models import RuleSuppression
from fraud.web.api import FraudView
from tests.cases.stage import Stage
from tests.cast import NOW, give, make_claim, make_department, make_person, make_rule_version
from tests.routes import walk

pytestmark = pytest.mark.django_db
KEY, MARK = "a-lost-answer-of-any-kind", "비밀표식"

#: What tells of no claim, case or cardholder but what its sender sent, by the part of the address behind /api/v1/: why.
OF_NOBODY = {
    "cases/views/": "filters somebody named for themselves",
    "nights/": "runs of the company", "runs/": "runs of the company",
    "webhooks/": "addresses of programs", "calendar/": "days of the company", "mail/texts/": "texts of the company",
    "recoveries/import/": "sums of the sender's own file", "recoveries/entries/profiles/": "how a bank writes its files",
    "notices/read/": "a count of one's own", "notices/choices/": "one's own choices", "workload/": "what staff know best",
    "claims/": "what became of the sender's own rows", "deliveries/": "a file and its counts", "profiles/": "how files are read",
    "outcomes/": "what became of the sender's own rows", "people/": "what became of the sender's own rows",
    "uploads/": "a file and its counts",
    "logins/": "logins and their roles", "access-changes/": "logins and their roles", "access-review/": "logins and their roles",
    "accounts/": "programs and their tokens", "models/": "models of the company", "experiments/": "models of the company",
    "trainings/": "models of the company", "threshold/": "the company's threshold", "settings/": "the company's settings",
    "rules/": "rules, lists and parameters of the company",
    "my/requests/<str:reference>/evidence/<str:evidence>/": "an empty answer", "my/notices/<str:reference>/evidence/<str:evidence>/": "an empty answer",
}  # fmt: skip


def _kept() -> list[tuple[str, str, type[FraudView]]]:
    """Route, method and view of everything whose answer is kept."""
    found = []
    for route, entry in walk(get_resolver().url_patterns):
        view = getattr(entry.callback, "cls", None)
        if view is None or not issubclass(view, FraudView) or view.answers_kept == "no":
            continue
        methods = [name for name in ("post", "put", "patch", "delete") if hasattr(view, name)]
        found += [(route.removeprefix("api/v1/"), method, view) for method in methods]
    return found


ALL = _kept()
ASKED = [one for one in ALL if one[2].tell_again is not FraudView.tell_again]
OTHERS = [one for one in ALL if one[2].tell_again is FraudView.tell_again]


def test_every_kept_answer_asks_again_or_tells_of_nobody() -> None:
    assert len(ASKED) > 50
    unknown = [route for route, _method, _view in OTHERS if not _tells_of_nobody(route)]
    assert unknown == [], "give the view told_anew and tell_again, or say here why it tells of nobody"
    fields = {name for _route, _method, view in ALL for name in view.told_anew.split() if name}
    assert fields == {"reference", "case", "number", "id"}


def _tells_of_nobody(route: str) -> bool:
    """One claim, and what rules leave a person alone, are never of nobody, whatever stands beside them."""
    if route.startswith("claims/<") or "suppressions" in route:
        return False
    return any(route.startswith(part) for part in OF_NOBODY)


@pytest.fixture
def scene(stage: Stage) -> dict[str, Any]:
    """A case of the sales department with one of everything that is told of it, each with the mark; and somebody with every role."""
    reader = make_person("all.roles", employee_no="E9009", family="나", given="머지")
    give(reader, *Role)
    case = stage.recovering()
    Case.objects.filter(pk=case.pk).update(headline={"kind": "rule", "code": "A01", "facts": {"title": MARK}})
    claim = Claim.objects.filter(alerts__case=case).get()
    Claim.objects.filter(pk=claim.pk).update(merchant_name=MARK)
    holder = stage.cast.cardholder_record
    refund = make_claim(cardholder=holder, amount_minor=-5000, txn_type="refund", merchant_name=MARK)
    receipt = Receipt.objects.create(
        claim=claim, source="interface", source_key="r.pdf", sha256="a" * 64, n_same=0, n_alike=0, items=MARK,
        handed_in_at=NOW, received_at=NOW,
    )  # fmt: skip
    quiet = RuleSuppression.objects.create(
        rule=make_rule_version("A01").rule, cardholder=holder, reason=MARK, until=date(2027, 1, 1),
        proposed_by=stage.cast.reviewer, proposed_at=NOW,
    )  # fmt: skip
    file = StatementFile.objects.create(
        name="bank.xml", kind="camt053", sha256="b" * 64, taken_by=stage.cast.clerk, taken_at=NOW
    )
    entry = StatementEntry.objects.create(
        file=file, reference="X1", booked_on=date(2026, 11, 1), amount_minor=1000, currency="KRW", method="transfer", text=MARK,
        employee_no=holder.employee_no, case_named=case.reference,
    )  # fmt: skip
    notice = Notice.objects.create(
        user=reader, kind="assigned", key="k", case=case, mail="none", created_at=NOW, facts={}
    )
    mail = OutboxMessage.objects.filter(case=case).first()
    assert mail is not None
    return {
        "reader": reader, "case": case, "claim": claim, "refund": refund, "receipt": receipt, "suppression": quiet, "entry": entry,
        "notice": notice, "mail": mail,
    }  # fmt: skip


def _address(route: str, scene: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The address of a route for the scene's things, and what would be kept of the answer."""
    case, number, claim = scene["case"], 1, scene["claim"]
    kept: dict[str, Any] = {"reference": case.reference, "case": case.reference, "text": MARK}
    if "/bulk-" in route:
        kept = {"results": [{"reference": case.reference, "result": "done", "code": "", "sentence": MARK}]}
    if route.startswith("recoveries/entries/"):
        number = kept["number"] = scene["entry"].pk
    elif route.startswith("notices/"):
        number = kept["number"] = scene["notice"].pk
    elif route.startswith("mail/"):
        number = kept["number"] = scene["mail"].pk
    elif "suppressions" in route:
        number = kept["id"] = scene["suppression"].pk
    elif route.startswith("money-back/"):
        claim, kept["id"] = scene["refund"], scene["refund"].pk
    elif "receipts" in route:
        kept["reference"] = scene["receipt"].reference
    names = {
        "<str:reference>": case.reference, "<int:number>": str(number), "<int:claim_id>": str(claim.pk), "<str:code>": "A01",
        "<slug:name>": "confirm",
    }  # fmt: skip
    for name, value in names.items():
        route = route.replace(name, value)
    assert "<" not in route, route
    return f"/api/v1/{route}", kept


def _repeated(scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Route → what a repetition of an answered request is told, for every address that asks again."""
    monkeypatch.setattr("cases.api.idempotency._digest", lambda request: "the same")
    client = APIClient()
    client.force_login(scene["reader"], backend="django.contrib.auth.backends.ModelBackend")
    told = {}
    for at, (route, method, _view) in enumerate(ASKED):
        address, kept = _address(route, scene)
        key = f"{KEY}-{at}"
        IdempotencyRecord.objects.update_or_create(
            key=key, actor=scene["reader"].username,
            defaults={"body_hash": "the same", "status": 200, "answer": {"body": kept, "etag": ""}},
        )  # fmt: skip
        told[f"{method} {route}"] = getattr(client, method)(
            address, {}, format="multipart" if "evidence" in route or "receipts" in route else "json",
            headers={"Idempotency-Key": key, "If-Match": '"1"'},
        )  # fmt: skip
    return told


def test_no_repetition_tells_what_its_reader_does_not_see_any_more(
    stage: Stage, scene: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = _repeated(scene, monkeypatch)
    staff = {route: told for route, told in seen.items() if " my/" not in route}
    assert {route: told.status_code for route, told in staff.items() if told.status_code != 200} == {}
    scene["reader"].units.set([make_department("FAR")])
    after = _repeated(scene, monkeypatch)
    gone = {route: told for route, told in after.items() if "/bulk-" not in route}
    assert {route: told.status_code for route, told in gone.items() if told.status_code != 404} == {}
    assert [route for route, told in after.items() if MARK in told.content.decode()] == []
    bulk = [told.json()["results"][0]["code"] for route, told in after.items() if "/bulk-" in route]
    assert set(bulk) == {"not_found"}
    assert len(bulk) == 5
