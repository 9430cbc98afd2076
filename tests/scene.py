"""A small company in motion for tests of pages: a month of claims, a night, and cases in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.dispositions import Disposition
from cases.models import Case, Decision
from cases.services.money import at_stake
from cases.workflow import State
from fraud.claims.models import Claim, Merchant
from fraud.detection.models import ScreeningRun
from tests.cast import (
    Cast,
    make_alert,
    make_answer,
    make_cardholder,
    make_case,
    make_cast,
    make_claim,
    make_department,
    make_event,
    make_file,
    make_hit,
    make_merchant,
    make_note,
    make_request,
    make_rule_version,
    make_run,
    make_score,
)
from tests.undone import undone_at_the_end

_PLACES = (
    ("한우마을", "5812", "음식", "한식"),
    ("스타카페 강남점", "5814", "음식", "커피"),
    ("라운지 밤빛", "5813", "음식", "유흥주점"),
    ("행복주유소", "5541", "소매", "주유소"),
    ("한빛문구", "5943", "소매", "문구"),
    ("서울호텔", "7011", "숙박", "호텔"),
    ("그린골프클럽", "7992", "서비스", "골프장"),
)
_PEOPLE = ("김도현", "이수아", "박하준", "최서연", "정은우", "강다은", "조민재", "윤지호")
_RULES = (
    ("A04", "Split payment", "분할 결제", "amount"),
    ("T01", "Late night", "심야 사용", "time"),
    ("M01", "Restricted category", "제한 업종", "merchant"),
    ("A06", "Same amount repeated", "동일 금액 반복", "amount"),
    ("D02", "Receipt missing", "증빙 누락", "document"),
)


@dataclass
class Scene:
    cast: Cast
    run: ScreeningRun
    cases: dict[str, Case]
    claims: list[Claim]
    merchants: list[Merchant]


def reasons(amount: int, code: str = "A04") -> list[dict[str, Any]]:
    """Stored reasons of an explained claim, as the scoring writes them."""
    return [
        {
            "kind": "rule",
            "code": code,
            "value": 1.6,
            "facts": {"title": {"ko": "분할 결제", "en": "Split payment"}},
        },
        {
            "kind": "tree",
            "code": "amount",
            "value": 1.24,
            "facts": {
                "currency": "KRW",
                "features": {"amount_ratio_self_30d": 3.8},
                "baselines": {"amount_ratio_self_30d": {"value": amount, "usual": amount // 4}},
            },
        },
        {
            "kind": "tree",
            "code": "time",
            "value": 0.71,
            "facts": {"features": {"is_night": True, "is_weekend": True}},
        },
        {
            "kind": "tree",
            "code": "merchant",
            "value": 0.38,
            "facts": {"features": {"is_first_at_merchant": True}},
        },
        {"kind": "anomaly", "code": "iforest", "value": 0.52, "facts": {"tail": 2.7}},
    ]


def make_scene(*, n_cases: int = 24, n_history: int = 60) -> Scene:
    """Claims of eight people over a year, one night with its hits and scores, and cases in every state."""
    now = timezone.now()
    cast = make_cast()
    rnd = make_department("RND", name="연구소", name_en="Research")
    people = [cast.cardholder_record, cast.stranger_record] + [
        make_cardholder(f"E30{index:02}", name=name, department=rnd, grade="과장")
        for index, name in enumerate(_PEOPLE[2:])
    ]
    places = [make_merchant(name, mcc=mcc, biz_type=a, biz_item=b) for name, mcc, a, b in _PLACES]
    versions = [make_rule_version(code, number=1) for code, *_ in _RULES]
    for version, (_code, name_en, name_ko, group) in zip(versions, _RULES, strict=True):
        rule = version.rule
        rule.name_en, rule.name_ko, rule.group = name_en, name_ko, group
        rule.save()
    file = make_file(
        business_date=timezone.localdate() - timedelta(days=1), n_rows=412, n_accepted=405, n_rejected=7
    )
    run = make_run(
        business_date=timezone.localdate() - timedelta(days=1),
        n_claims=405,
        n_scored=405,
        n_hits=61,
        n_alerts=n_cases * 2,
        n_cases=n_cases,
        n_held_back=9,
        rule_set_hash="4f9c2a7be01d" * 5,
        code_version="0.1.0",
        stages=[
            {
                "name": "prepare",
                "state": "done",
                "started_at": now.isoformat(),
                "seconds": 4.21,
                "counts": {"claims": 405, "parts": 1},
                "error": "",
            },
            {
                "name": "scoring",
                "state": "done",
                "started_at": now.isoformat(),
                "seconds": 38.5,
                "counts": {"hits": 61},
                "error": "",
            },
            {
                "name": "opening",
                "state": "done",
                "started_at": now.isoformat(),
                "seconds": 2.8,
                "counts": {"cases": n_cases, "held_back": 9},
                "error": "",
            },
            {
                "name": "finish",
                "state": "done",
                "started_at": now.isoformat(),
                "seconds": 0.9,
                "counts": {},
                "error": "",
            },
        ],
        not_evaluable={
            "L01": {"n": 405, "missing": ["cardholder.region", "merchant.region"]},
            "T04": {"n": 120, "missing": ["on_leave"]},
        },
    )
    history = [
        make_claim(
            cardholder=people[index % len(people)],
            merchant=places[index % len(places)],
            file=file,
            line=index + 2,
            transacted_at=now - timedelta(days=6 * index + 20, hours=index % 9),
            amount_minor=12_000 + 7_300 * (index % 11),
            purpose_code="MEAL",
            purpose_text="거래처 미팅",
        )
        for index in range(n_history)
    ]
    states = [
        State.NEW,
        State.IN_REVIEW,
        State.EXPLAINED,
        State.PENDING_APPROVAL,
        State.CLOSED,
        State.AWAITING_EXPLANATION,
    ]
    states += [state for state in State if state not in states] + [State.NEW, State.NEW, State.IN_REVIEW]
    cases: dict[str, Case] = {}
    for index in range(n_cases):
        state = states[index % len(states)]
        person, place, version = (
            people[2 + index % 6],
            places[index % len(places)],
            versions[index % len(versions)],
        )
        amount = 84_000 + 61_500 * (index * 7 % 13)
        claims = [
            make_claim(
                cardholder=person,
                merchant=place,
                file=file,
                line=100 + index * 3 + part,
                amount_minor=amount - 4_000 * part,
                transacted_at=now - timedelta(days=1 + index % 5, hours=3, minutes=11 * part),
                purpose_text="팀 회식",
            )
            for part in range(1 + index % 3)
        ]
        probability = max(0.06, 0.93 - 0.035 * index)
        band = "high" if probability > 0.6 else "medium" if probability > 0.25 else "low"
        for claim in claims:
            make_score(
                claim=claim,
                run=run,
                model_probability=probability,
                hybrid_probability=probability,
                queue_probability=probability,
                band=band,
                reasons=reasons(claim.amount_minor, version.rule.code),
                expected_loss_minor=round(claim.amount_minor * probability),
            )
            make_hit(
                claim=claim,
                run=run,
                rule_version=version,
                facts={"amount": claim.amount_minor, "n_claims_cardholder_1d": len(claims)},
            )
            if index % 4 == 0:
                make_hit(
                    claim=claim,
                    run=run,
                    rule_version=versions[(index + 1) % len(versions)],
                    facts={"hour": 23, "is_night": True},
                )
        total = sum(claim.amount_minor for claim in claims)
        case = make_case(
            claims=claims,
            run=run,
            state=state.value,
            pattern=version.rule.code,
            probability=probability,
            band=band,
            headline={"kind": "rule", "code": version.rule.code, "facts": {}},
            expected_loss_minor=round(total * probability),
            priority=round(total * probability),
            due_on=timezone.localdate() + timedelta(days=index % 9 - 2),
            assignee=None if state == State.NEW else (cast.reviewer if index % 3 else cast.other_reviewer),
            state_since=now - timedelta(days=1),
            opened_at=now - timedelta(days=1),
            closed_at=now if state == State.CLOSED else None,
            disposition=Disposition.CONFIRMED_MISUSE if state == State.CLOSED else "",
            has_news=index == 4,
        )
        make_event(
            case=case,
            action="case.opened",
            by=cast.actor("system_admin").system("nightly"),
            after={"version": 1},
        )
        if state != State.NEW:
            make_event(case=case, action="case.taken", by=cast.reviewer, after={"version": 2})
        cases.setdefault(state.value, case)
    blind = make_case(
        claims=[history[0]],
        run=run,
        source=Case.Source.CONTROL_SAMPLE,
        pattern="control_sample",
        drawn_blind=True,
        headline={"kind": "audit", "code": "control_sample", "facts": {}},
        priority=200_000,
        due_on=timezone.localdate() + timedelta(days=2),
    )
    cases["blind"] = blind
    rich = cases[State.EXPLAINED.value]
    asked = make_request(
        case=rich,
        by=cast.reviewer,
        sent_at=now - timedelta(hours=30),
        due_on=date.today() + timedelta(days=6),
    )
    make_event(case=rich, action="explanation.requested", by=cast.reviewer, after={"version": 3})
    make_answer(
        request=asked,
        by=cast.cardholder,
        submitted_at=now - timedelta(hours=5),
        admits=True,
        offered_minor=84_000,
    )
    make_event(case=rich, action="explanation.submitted", by=cast.cardholder, after={"version": 4})
    make_note(
        case=rich,
        by=cast.reviewer,
        text="영수증 금액과 청구 금액이 같은지 확인했다. 참석자 명단은 아직 없다.",
    )
    waiting = cases[State.PENDING_APPROVAL.value]
    Decision.objects.create(
        case=waiting,
        number=1,
        disposition=Disposition.CONFIRMED_MISUSE,
        amount_minor=at_stake(waiting),
        currency="KRW",
        reason="같은 가맹점에서 나누어 결제했고 소명이 없다.",
        policy_clause="법인카드 관리규정 제12조",
        content_hash="0" * 64,
        proposed_by=cast.reviewer,
        proposed_at=now,
    )
    return Scene(cast, run, cases, history, places)


def shared_scene(**sizes: int) -> Callable[..., Iterator[Scene]]:
    """A `scene` fixture made once a module; what a test changes in the database is undone after it."""

    @pytest.fixture(scope="module", name="scene")
    def scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
        with django_db_blocker.unblock(), undone_at_the_end():
            yield make_scene(**sizes)

    return scene


__all__ = ["Scene", "make_alert", "make_scene", "reasons", "shared_scene"]
