"""Every permission that approves: whoever asked is refused under a second login too, on service, page and interface (ASVS 5: 2.3.5, 8.3.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from audit import clock
from audit.actor import Actor
from audit.permissions import ACTIONS, APPROVING, NotPermitted, Role
from audit.services import actor_of
from cases.models import Appeal
from cases.pages.approval_rows import KIND_WORDS
from cases.pages.approvals import waiting_count, waiting_for
from cases.services import appeals, decisions, mail_texts, recovery, webhooks, write_offs
from fraud.claims.importing.exemptions import approve_exemption, propose_exemption
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import User
from fraud.company.changing import activate_settings, propose_settings, return_settings
from fraud.company.holiday_changes import confirm_day, propose_day
from fraud.company.models import CompanySettings
from fraud.company.pages import waiting_settings
from fraud.detection.models import ModelVersion
from fraud.detection.suppressing import confirm_suppression, propose_suppression
from fraud.learning import registry
from fraud.people.changes import confirm_change, propose_role
from rules import services as rules
from rules.book_text import write_yaml
from rules.models import Parameter, Rule, RuleVersion, ValueList
from rules.services import values
from rules.services.book_bundle import confirm_book, propose_book
from rules.services.policy import confirm_policy, propose_policy
from rules.services.wording import confirm_wording, propose_wording
from tests.cases.stage import AMOUNT, REASON, Stage, fresh
from tests.cast import make_cardholder, make_person

pytestmark = pytest.mark.django_db

Call = Callable[[Actor], Any]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


@dataclass(frozen=True)
class Approval:
    """Something to approve: who of the cast asked for it, and how it would be approved on each surface."""

    asked_by: str
    service: Call
    page: str
    form: dict[str, Any] = field(default_factory=dict)
    api: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    version: int = 0


def _seen(version: RuleVersion) -> dict[str, Any]:
    return {"seen": str(version.lock_version)}


def rule_version(stage: Stage) -> Approval:
    version = _proposed_rule(stage)
    path = reverse("fraud:rule-step", args=["X01", version.number, "activate"])
    return Approval(
        "rule_admin", lambda by: rules.activate_version(version=version, by=by), path, _seen(version)
    )


def rule_in_shadow(stage: Stage) -> Approval:
    version = _proposed_rule(stage)
    path = reverse("fraud:rule-step", args=["X01", version.number, "shadow"])
    return Approval(
        "rule_admin", lambda by: rules.shadow_version(version=version, by=by), path, _seen(version)
    )


def rule_stopped(stage: Stage) -> Approval:
    version = rules.activate_version(version=_proposed_rule(stage), by=stage.actor("approver"))
    rule = Rule.objects.get(code="X01")
    rules.propose_retirement(rule=rule, by=stage.actor("other_approver"), reason="too many hits")
    path = reverse("fraud:rule-step", args=["X01", version.number, "retire"])
    return Approval("other_approver", lambda by: rules.retire_rule(rule=rule, by=by), path)


def value_list(stage: Stage) -> Approval:
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar", "pub"])
    change = rules.propose_list_values(
        value_list=bars, values=["bar"], lock_version=1, by=stage.actor("rule_admin"), reason="pubs are fine"
    )
    path = reverse("fraud:decide-change", args=[change.pk, "apply"])
    return Approval("rule_admin", lambda by: rules.approve_value_change(change=change, by=by), path)


def policy_paragraph(stage: Stage) -> Approval:
    texts = {
        "title_ko": "식사",
        "title_en": "Meals",
        "text_ko": "1인당 한도를 지킨다.",
        "text_en": "Keep to the limit.",
    }
    change = propose_policy(
        paragraphs=[{"number": "4.2", **texts}],
        valid_from=clock.today(),
        reason="the first text",
        by=stage.actor("rule_admin"),
    )
    path = reverse("fraud:decide-policy", args=[change.pk, "approve"])
    return Approval(
        "rule_admin",
        lambda by: confirm_policy(change=change, by=by),
        path,
        {},
        f"rules/policy/changes/{change.pk}/approve/",
    )


def words_of_a_group(stage: Stage) -> Approval:
    change = propose_wording(
        subject="group",
        name="travel",
        name_ko="출장",
        name_en="Travel",
        reason="a group of ours",
        by=stage.actor("rule_admin"),
    )
    return Approval(
        "rule_admin",
        lambda by: confirm_wording(change=change, by=by),
        reverse("fraud:decide-wording", args=[change.pk, "approve"]),
        {},
        f"rules/wording/changes/{change.pk}/approve/",
    )


def rule_book(stage: Stage) -> Approval:
    book = {
        "format": "cleancard rule book 1",
        "groups": [{"code": "travel", "name": {"ko": "출장", "en": "Travel"}}],
    }
    change = propose_book(text=write_yaml(book), by=stage.actor("rule_admin"), reason="a group of ours")
    return Approval(
        "rule_admin",
        lambda by: confirm_book(change=change, by=by),
        reverse("fraud:decide-book", args=[change.pk, "approve"]),
        {},
        f"rules/book/changes/{change.pk}/approve/",
    )


def company_settings(stage: Stage) -> Approval:
    row = propose_settings(
        changes={"four_eyes_share": 0.0}, note="it takes too long", by=stage.actor("model_owner")
    )
    path = reverse("fraud:decide-settings", args=[row.number, "activate"])
    return Approval(
        "model_owner",
        lambda by: activate_settings(number=row.number, by=by),
        path,
        {"seen": "0"},
        f"settings/changes/{row.number}/activate/",
        {"seen": 0},
    )


def settings_returned(stage: Stage) -> Approval:
    made = company_settings(stage)
    row = CompanySettings.objects.get()
    return replace(
        made,
        service=lambda by: return_settings(number=row.number, by=by, reason="not now"),
        page=reverse("fraud:decide-settings", args=[row.number, "return"]),
        form={"reason": "not now"},
        api=f"settings/changes/{row.number}/return/",
        body={"reason": "not now", "seen": 0},
    )


def version_returned(stage: Stage) -> Approval:
    made = model_version(stage)
    version = ModelVersion.objects.get()
    return replace(
        made,
        service=lambda by: registry.return_proposal(version=version, reason="not now", by=by),
        page=reverse("fraud:version-step", args=[version.reference, "return"]),
        form={"reason": "not now", "seen": "proposed-0"},
        api=f"models/{version.reference}/return/",
        body={"reason": "not now", "seen": "proposed-0"},
    )


def model_version(stage: Stage) -> Approval:
    version = ModelVersion.objects.create(
        reference="M-2026-0001", folder="M-1", sha256="0" * 64, created_by="system:test", card={}
    )
    registry.propose_promotion(version=version, reason="finds more", by=stage.actor("model_owner"))
    return Approval(
        "model_owner",
        lambda by: registry.promote_version(version=version, reason="agreed", by=by),
        reverse("fraud:version-step", args=[version.reference, "promote"]),
        {"reason": "agreed", "seen": "proposed-0"},
        f"models/{version.reference}/promote/",
        {"reason": "agreed", "seen": "proposed-0"},
    )


def decision(stage: Stage) -> Approval:
    case = stage.proposed(by="approver")
    sent = {"content_hash": case.decisions.get().content_hash}
    return Approval(
        "approver",
        lambda by: decisions.approve_decision(case=case, by=by, expected_version=case.version, **sent),
        f"/cases/{case.reference}/do/approve/",
        {**sent, "version": case.version},
        f"cases/{case.reference}/approve/",
        sent,
        case.version,
    )


def appeal(stage: Stage) -> Approval:
    case = stage.appealed()
    sent = {"result": "upheld", "reason": REASON}
    return Approval(
        "approver",
        lambda by: appeals.decide_appeal(
            case=case, result=Appeal.Result.UPHELD, reason=REASON, by=by, expected_version=case.version
        ),
        f"/cases/{case.reference}/do/decide-appeal/",
        {**sent, "version": case.version},
        f"cases/{case.reference}/decide-appeal/",
        sent,
        case.version,
    )


def reversal(stage: Stage) -> Approval:
    case, posting = _posted(stage)
    return Approval(
        "clerk",
        lambda by: recovery.reverse_posting(
            posting=posting, reason="wrong line", by=by, expected_version=case.version
        ),
        f"/recovery/{case.reference}/reverse/",
        {"posting": posting.pk, "reason": "wrong line", "version": case.version},
        f"recoveries/{case.reference}/postings/{posting.pk}/reverse/",
        {"reason": "wrong line"},
        case.version,
    )


def confirmation(stage: Stage) -> Approval:
    case, posting = _posted(stage)
    return Approval(
        "clerk",
        lambda by: recovery.confirm_posting(posting=posting, by=by, expected_version=case.version),
        f"/recovery/{case.reference}/confirm/",
        {"posting": posting.pk, "version": case.version},
        f"recoveries/{case.reference}/postings/{posting.pk}/confirm/",
        {},
        case.version,
    )


def write_off(stage: Stage) -> Approval:
    case = stage.recovering()
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
    )
    case = fresh(case)
    return Approval(
        "clerk",
        lambda by: write_offs.approve_write_off(
            case=case, amount_minor=AMOUNT, by=by, expected_version=case.version
        ),
        f"/recovery/{case.reference}/approve-write-off/",
        {"amount": str(AMOUNT), "version": case.version},
        f"recoveries/{case.reference}/approve-write-off/",
        {"amount": str(AMOUNT)},
        case.version,
    )


def _proposed_rule(stage: Stage) -> Any:
    by = stage.actor("rule_admin")
    names = {
        "name_en": "High",
        "name_ko": "고액",
        "question_en": "What for?",
        "question_ko": "무슨 용도입니까?",
    }
    version = rules.draft_rule(code="X01", text="amount > 500,000 KRW", by=by, **names)
    return rules.propose_version(version=version, by=by)


def _posted(stage: Stage) -> tuple[Any, Any]:
    case = stage.recovering()
    posting = stage.post(case, 10_000)
    return fresh(case), posting


def access(stage: Stage) -> Approval:
    user = stage.cast.reviewer
    change = propose_role(
        user=user,
        role=Role.APPROVER,
        starts_on=None,
        ends_on=None,
        reason="stands in for Mira",
        by=stage.actor("system_admin"),
        seen=0,
    )
    path = reverse("fraud:person-step", args=[user.pk, "confirm"])
    return Approval(
        "system_admin",
        lambda by: confirm_change(change=change, by=by),
        path,
        {"change": change.pk},
        f"access-changes/{change.pk}/confirm/",
    )


def exemption(stage: Stage) -> Approval:
    by = stage.actor("system_admin")
    row = propose_exemption(profile=get_profile("generic"), column="주문번호", reason="order numbers", by=by)
    path = reverse("fraud:decide-exemption", args=["generic", row.pk, "approve"])
    return Approval("system_admin", lambda by: approve_exemption(exemption=row, by=by), path)


def suppression(stage: Stage) -> Approval:
    row = propose_suppression(
        rule=Rule.objects.create(code="X02", name_en="x", name_ko="x"),
        cardholder=make_cardholder(),
        reason="drives the shuttle",
        until=clock.today(),
        by=stage.actor("rule_admin"),
    )
    return Approval(
        "rule_admin",
        lambda by: confirm_suppression(suppression=row, by=by, seen=1),
        reverse("fraud:suppression-step", args=[row.pk, "confirm"]),
        {"seen": "1"},
        f"rules/suppressions/{row.pk}/confirm/",
        {"seen": 1},
    )


def webhook(stage: Stage) -> Approval:
    row, _secret = webhooks.propose_webhook(
        name="erp",
        url="https://receiver.example.com/",
        events=["case.opened"],
        reason="the ERP follows",
        by=stage.actor("system_admin"),
    )
    number = {"version": 1}
    return Approval(
        "system_admin",
        lambda by: webhooks.approve_webhook(webhook=row, by=by, expected_version=1),
        f"/connections/webhooks/{row.pk}/approve/",
        number,
        f"webhooks/{row.pk}/approve/",
        {},
        1,
    )


def company_day(stage: Stage) -> Approval:
    row = propose_day(
        on=date(2026, 12, 24), name="종무식", reason="the company closes", by=stage.actor("system_admin")
    )
    return Approval(
        "system_admin",
        lambda by: confirm_day(number=row.pk, by=by),
        f"/calendar/changes/{row.pk}/approve/",
        {},
        f"calendar/changes/{row.pk}/approve/",
    )


def mail_text(stage: Stage) -> Approval:
    row = mail_texts.propose_text(
        mail="decision.cleared",
        language="en",
        subject="All is settled ({reference})",
        body="Nothing further is needed. Thank you.\n\n{notice_link}",
        reason="people asked for thanks",
        by=stage.actor("system_admin"),
        expected_number=0,
    )
    return Approval(
        "system_admin",
        lambda by: mail_texts.approve_text(text=row, by=by),
        f"/mail/texts/changes/{row.pk}/approve/",
        {},
        f"mail/texts/changes/{row.pk}/approve/",
    )


APPROVALS: dict[str, list[Callable[[Stage], Approval]]] = {
    "rules.activate_rule": [
        rule_version,
        rule_in_shadow,
        rule_stopped,
        value_list,
        policy_paragraph,
        words_of_a_group,
        rule_book,
    ],
    "fraud.activate_threshold": [company_settings, settings_returned, company_day],
    "fraud.promote_version": [model_version, version_returned],
    "fraud.approve_exemption": [exemption],
    "fraud.approve_suppression": [suppression],
    "fraud.approve_access": [access],
    "cases.approve_decision": [decision],
    "cases.decide_appeal": [appeal],
    "cases.reverse_posting": [reversal, confirmation],
    "cases.approve_write_off": [write_off],
    "cases.approve_webhook": [webhook],
    "cases.approve_mail_text": [mail_text],
}
EACH = [(name, made) for name, all_made in APPROVALS.items() for made in all_made]


def deciding_role(made: Callable[[Stage], Approval]) -> Role:
    return Role.AUDITOR if made is access else Role.APPROVER


def somebody(made: Callable[[Stage], Approval]) -> User:
    return make_person("somebody.else", deciding_role(made), employee_no="E3333")


SPELLINGS = [" {lower} ", "{head}-{tail}", "{wide}"]


def spelled(number: str, how: str) -> str:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    return how.format(number, lower=number.lower(), head=number[0], tail=number[1:], wide=wide)


def test_no_permission_that_approves_is_left_out() -> None:
    assert set(APPROVALS) == APPROVING
    by_name = {
        name for name in ACTIONS if name.split(".")[1].split("_")[0] in {"approve", "activate", "promote"}
    }
    assert by_name <= APPROVING


@pytest.mark.parametrize("how", SPELLINGS)
@pytest.mark.parametrize(("permission", "made"), EACH, ids=[made.__name__ for _, made in EACH])
def test_a_second_login_of_whoever_asked_is_refused_everywhere(
    stage: Stage, permission: str, made: Callable[[Stage], Approval], how: str
) -> None:
    approval = made(stage)
    first = getattr(stage.cast, approval.asked_by)
    roles = [role for role in Role if role in ACTIONS[permission]]
    other = make_person("second.login", *roles, employee_no=spelled(first.employee_no, how))
    with pytest.raises(NotPermitted) as refused:
        approval.service(actor_of(other))
    assert refused.value.code.startswith("own_")
    client = APIClient()
    client.force_login(other)
    assert client.post(approval.page, approval.form).status_code == 403
    if approval.api:
        headers = {} if "seen" in approval.body else {"If-Match": f'"{approval.version}"'}
        answer = client.post(f"/api/v1/{approval.api}", approval.body, format="json", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["code"].startswith("own_")


@pytest.mark.parametrize("made", [made for _, made in EACH if made is not model_version])
def test_somebody_else_of_the_same_role_is_not_refused(
    stage: Stage, made: Callable[[Stage], Approval]
) -> None:
    approval = made(stage)
    approval.service(actor_of(somebody(made)))


INBOX = [
    (made, kind)
    for made, kind in (
        (rule_version, "rule"),
        (rule_stopped, "retirement"),
        (value_list, "value"),
        (company_settings, "settings"),
        (model_version, "version"),
        (exemption, "exemption"),
        (suppression, "suppression"),
        (access, "access"),
        (decision, "decision"),
        (appeal, "appeal"),
        (write_off, "write_off"),
        (webhook, "webhook"),
        (mail_text, "mail_text"),
        (company_day, "calendar"),
        (policy_paragraph, "policy"),
        (words_of_a_group, "wording"),
        (rule_book, "book"),
    )
]


def test_the_inbox_knows_every_kind() -> None:
    assert {kind for _made, kind in INBOX} == set(KIND_WORDS)
    assert {made for made, _kind in INBOX} == {made for _, made in EACH} - {
        rule_in_shadow,
        settings_returned,
        version_returned,
        reversal,
        confirmation,
    }


@pytest.mark.parametrize(("made", "kind"), INBOX)
def test_what_waits_reaches_somebody_else_and_never_whoever_asked(
    stage: Stage, made: Callable[[Stage], Approval], kind: str, client: Client
) -> None:
    approval = made(stage)
    first = getattr(stage.cast, approval.asked_by)
    number = spelled(first.employee_no, "{head}-{tail}")
    asked = make_person("second.login", deciding_role(made), employee_no=number)
    someone = somebody(made)
    assert [row.kind for row in waiting_for(actor_of(someone))] == [kind]
    assert waiting_for(actor_of(asked)) == []
    assert (waiting_count(actor_of(someone)), waiting_count(actor_of(asked))) == (1, 0)
    client.force_login(someone)
    page = client.get("/approvals/")
    (row,) = page.context["rows"]
    assert client.get(row.href).status_code == 200
    assert row.title in page.content.decode()
    told = client.get("/api/v1/approvals/").json()["results"]
    assert [(one["kind"], one["href"]) for one in told] == [(kind, row.href)]
    approval.service(actor_of(someone)) if kind != "version" else None
    assert [one.kind for one in waiting_for(actor_of(someone))] == ([] if kind != "version" else [kind])


def test_an_appeal_in_the_inbox_shows_what_was_decided_and_who_appeals(stage: Stage, client: Client) -> None:
    case = stage.appealed()
    client.force_login(stage.cast.other_approver)
    client.cookies["django_language"] = "en"
    page = client.get("/approvals/")
    (row,) = page.context["rows"]
    said = {fact.name: fact.after for fact in row.changes}
    assert said["Decided to come back"] == "KRW 84,000"
    assert "To be recovered" not in said  # nothing of it has come back
    assert row.by == str(case.cardholder)
    assert "cardholder, appeals" in page.content.decode()


def test_the_inbox_shows_what_holds_and_which_proposals_are_overtaken(stage: Stage) -> None:
    limit = Parameter.objects.create(name="burst", kind="number", label_en="Burst", label_ko="건수")
    limit.values.create(value="6", valid_from=date(2020, 1, 1))
    by = stage.actor("rule_admin")
    values.propose_parameter_value(
        parameter=limit,
        value=Decimal(7),
        valid_from=clock.today() + timedelta(days=2),
        by=by,
        reason="more of them",
        seen=values.parameter_version(limit),
    )
    for minutes in (9, 11):
        changes = {"reviewer_minutes_per_day": minutes}
        propose_settings(changes=changes, note="a try", by=stage.actor("model_owner"))
    someone = actor_of(make_person("somebody.else", Role.APPROVER, employee_no="E3333"))
    first = min(row.number for row in waiting_settings())
    activate_settings(number=first, by=someone)
    rows = {row.kind: row for row in waiting_for(someone)}
    assert (rows["value"].changes[0].before, rows["value"].changes[0].after[:1]) == ("6", "7")
    assert "반려만" in rows["settings"].reason


def test_the_inbox_leaves_a_rule_out_for_whoever_edited_it_before_somebody_else_did(stage: Stage) -> None:
    editor = actor_of(make_person("editing.approver", Role.RULE_ADMIN, Role.APPROVER))
    by = stage.actor("rule_admin")
    names = {"name_ko": "가", "name_en": "a", "question_ko": "사유는?", "question_en": "Why?"}
    version = rules.draft_rule(code="X01", text="amount > 500,000 KRW", by=by, **names)
    for lock, (weight, who) in enumerate([(2.0, editor), (3.0, by)]):
        version = rules.edit_draft(version=version, lock_version=lock, weight=weight, by=who)
    rules.propose_version(version=version, by=by)
    assert waiting_for(editor) == []
    assert [row.kind for row in waiting_for(stage.actor("approver"))] == ["rule"]


def test_the_inbox_tells_nobody_of_a_case_they_are_involved_in(stage: Stage, client: Client) -> None:
    case = stage.proposed()
    person = make_person("card.holder", Role.APPROVER, employee_no=case.cardholder.employee_no)
    assert waiting_for(actor_of(person)) == []
    client.force_login(stage.cast.reviewer)
    assert client.get("/approvals/").status_code == 403
