"""A fixed cast of people and plain makers of rows, used by tests of every app.

`make_cast()` gives one person per role; `make_claim`, `make_case`, `make_run` … give valid rows with sensible
defaults, so that a test names only what it is about.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import transaction

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import actor_of, record
from cases.models import Alert, Case, CaseNote, Explanation, ExplanationRequest
from cases.workflow import State
from fraud.claims.models import (
    Cardholder,
    Claim,
    ClaimChange,
    ClaimFile,
    ClaimVersion,
    Department,
    Merchant,
    RoleGrant,
    User,
)
from fraud.detection.models import RuleHit, Score, ScreeningRun
from rules.models import Rule, RuleVersion

PASSWORD = "plain-words-for-tests"
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # a Friday, ten in the morning in Seoul
_serial = itertools.count(1)


@lru_cache
def _password_hash() -> str:
    """Hashed once a process, always by the hasher the tests' settings name: a cast may be made before them."""
    return MD5PasswordHasher().encode(PASSWORD, "salt")


@dataclass(frozen=True)
class Cast:
    """One person per role. `cardholder` and `stranger` use cards; `manager` leads the cardholder's department."""

    reviewer: User
    other_reviewer: User
    approver: User
    other_approver: User
    clerk: User
    rule_admin: User
    model_owner: User
    auditor: User
    system_admin: User
    cardholder: User
    stranger: User
    manager: User
    department: Department
    cardholder_record: Cardholder
    stranger_record: Cardholder

    def actor(self, name: str) -> Actor:
        """The actor of the person: `cast.actor("reviewer")`."""
        return actor_of(getattr(self, name))


# attribute → (username, family name, given name, employee number, roles)
_PEOPLE: dict[str, tuple[str, str, str, str, tuple[Role, ...]]] = {
    "reviewer": ("jimin.han", "한", "지민", "E1001", (Role.REVIEWER,)),
    "other_reviewer": ("seojun.yoon", "윤", "서준", "E1002", (Role.REVIEWER,)),
    "approver": ("mira.jung", "정", "미라", "E1003", (Role.APPROVER,)),
    "other_approver": ("taeo.kang", "강", "태오", "E1004", (Role.APPROVER,)),
    "clerk": ("boram.seo", "서", "보람", "E1005", (Role.RECOVERY_CLERK,)),
    "rule_admin": ("haneul.moon", "문", "하늘", "E1006", (Role.RULE_ADMIN,)),
    "model_owner": ("doyun.lim", "임", "도윤", "E1007", (Role.MODEL_OWNER,)),
    "auditor": ("eunbi.cho", "조", "은비", "E1008", (Role.AUDITOR,)),
    "system_admin": ("sungwoo.bae", "배", "성우", "E1009", (Role.SYSTEM_ADMIN,)),
    "cardholder": ("dohyun.kim", "김", "도현", "E2001", (Role.CARDHOLDER,)),
    "stranger": ("sua.lee", "이", "수아", "E2002", (Role.CARDHOLDER,)),
    "manager": ("jungmin.park", "박", "정민", "E2000", (Role.CARDHOLDER, Role.MANAGER)),
}


def make_person(
    username: str,
    *roles: Role,
    family: str = "",
    given: str = "",
    employee_no: str = "",
    language: str = "ko",
) -> User:
    """A login with roles; its password is PASSWORD."""
    person = User.objects.create(
        username=username,
        first_name=given,
        last_name=family,
        employee_no=employee_no,
        email=f"{username}@company-a.example",
        language=language,
        password=_password_hash(),
    )
    give(person, *roles)
    return person


def give(person: User, *roles: Role) -> None:
    """Roles that hold from the beginning, as no service would give them."""
    RoleGrant.objects.bulk_create(RoleGrant(user=person, role=role.value) for role in roles)


def take_away(person: User, *roles: Role) -> None:
    """End roles at once, as no service would; all of them where none is named."""
    found = person.grants.filter(role__in=roles) if roles else person.grants.all()
    found.update(ended_at=datetime.now(UTC))


def make_cast() -> Cast:
    """Create all twelve people, the sales department and the two cardholders' personnel records."""
    people = {
        name: make_person(username, *roles, family=family, given=given, employee_no=employee_no)
        for name, (username, family, given, employee_no, roles) in _PEOPLE.items()
    }
    department = make_department("SALES1", name="영업1팀", name_en="Sales 1", manager_no="E2000")
    cardholder = make_cardholder("E2001", name="김도현", department=department, manager_no="E2000")
    stranger = make_cardholder("E2002", name="이수아", department=department, manager_no="E2000")
    return Cast(**people, department=department, cardholder_record=cardholder, stranger_record=stranger)


def make_department(code: str = "", **fields: Any) -> Department:
    code = code or f"D{next(_serial):04}"
    return Department.objects.create(code=code, **{"name": f"부서 {code}", **fields})


def make_cardholder(employee_no: str = "", **fields: Any) -> Cardholder:
    employee_no = employee_no or f"E{next(_serial) + 50_000}"
    return Cardholder.objects.create(
        employee_no=employee_no,
        **{"name": f"직원 {employee_no}", "email": f"{employee_no.lower()}@company-a.example", **fields},
    )


def make_merchant(name: str = "한우마을", **fields: Any) -> Merchant:
    return Merchant.objects.create(
        name=name,
        **{"key": f"{name}#{next(_serial)}", "mcc": "5812", "biz_type": "음식", "country": "KR", **fields},
    )


def make_file(**fields: Any) -> ClaimFile:
    n = next(_serial)
    return ClaimFile.objects.create(
        **{
            "reference": f"F-2026-{n:06}",
            "name": "claims.csv",
            "sha256": f"{n:064x}",
            "state": ClaimFile.State.IMPORTED,
            "received_at": NOW,
            "received_by": "system:test",
            **fields,
        }
    )


def make_claim(
    *, cardholder: Cardholder | None = None, merchant: Merchant | None = None, **fields: Any
) -> Claim:
    """A purchase of 84,000 KRW at a restaurant yesterday evening."""
    n = next(_serial)
    cardholder = cardholder or Cardholder.objects.first() or make_cardholder()
    merchant = merchant or Merchant.objects.first() or make_merchant()
    return Claim.objects.create(
        cardholder=cardholder,
        merchant=merchant,
        **{
            "external_id": f"X{n:08}",
            "row_hash": f"{n:064x}",
            "received_at": NOW,
            "department": cardholder.department,
            "merchant_name": merchant.name,
            "transacted_at": NOW - timedelta(hours=14),
            "amount_minor": 84_000,
            "currency": "KRW",
            "card_last4": "4821",
            "purpose_code": "MEAL",
            **fields,
        },
    )


def correct_claim(claim: Claim, *, received_at: datetime, **facts: Any) -> Claim:
    """The claim as a later delivery says it: the earlier facts are put aside, the row is rewritten."""
    shared = {field.attname for field in ClaimVersion._meta.concrete_fields}
    before = {
        name: value
        for name, value in Claim.objects.filter(pk=claim.pk).values().get().items()
        if name in shared
    }
    before.pop("id")
    ClaimVersion.objects.create(claim=claim, superseded_at=received_at, **before)
    changed = {
        "version": claim.version + 1,
        "received_at": received_at,
        "row_hash": f"{next(_serial):064x}",
        **facts,
    }
    Claim.objects.filter(pk=claim.pk).update(**changed)
    ClaimChange.objects.create(
        claim=claim,
        kind=ClaimChange.Kind.CORRECTED,
        from_version=claim.version,
        to_version=claim.version + 1,
        at=received_at,
    )
    claim.refresh_from_db()
    return claim


def make_run(**fields: Any) -> ScreeningRun:
    """A finished nightly run; each call takes the next earlier business date unless one is given."""
    day = fields.pop("business_date", None) or date(2026, 11, 19) - timedelta(
        days=ScreeningRun.objects.count()
    )
    started = datetime(day.year, day.month, day.day, 17, 0, tzinfo=UTC)
    return ScreeningRun.objects.create(
        **{
            "reference": f"R-{day.isoformat()}",
            "business_date": day,
            "state": ScreeningRun.State.FINISHED,
            "cut_off_at": started,
            "started_at": started,
            "finished_at": started + timedelta(minutes=3),
            "started_by": "system:nightly",
            **fields,
        }
    )


def make_score(*, claim: Claim, run: ScreeningRun, **fields: Any) -> Score:
    """A score; a run made without a count of them has scored."""
    ScreeningRun.objects.filter(pk=run.pk, n_scored=0).update(n_scored=1)
    return Score.objects.create(
        claim=claim,
        run=run,
        **{
            "rule_score": 0.6,
            "tree_probability": 0.4,
            "anomaly_score": 0.5,
            "novelty": 0.1,
            "z": 0.2,
            "model_probability": fields.get("hybrid_probability", 0.55),
            "hybrid_probability": 0.55,
            "queue_probability": 0.56,
            "band": Score.Band.HIGH,
            "is_calibrated": True,
            "expected_loss_minor": claim.amount_minor * 55 // 100,
            **fields,
        },
    )


def make_rule_version(code: str = "A04", **fields: Any) -> RuleVersion:
    """An active version of a rule; the rule itself is made when it does not exist yet."""
    rule, _ = Rule.objects.get_or_create(
        code=code,
        defaults={
            "name_en": "Split payment",
            "name_ko": "분할 결제",
            "group": "amount",
            "policy_clause": "법인카드 관리규정 제12조",
            "policy_clause_en": "Card policy, article 12",
        },
    )
    return RuleVersion.objects.create(
        rule=rule,
        **{
            "number": rule.versions.count() + 1,
            "state": RuleVersion.State.ACTIVE,
            "text": "amount > 500,000 KRW",
            **fields,
        },
    )


def make_hit(*, claim: Claim, run: ScreeningRun, rule_version: RuleVersion, **fields: Any) -> RuleHit:
    return RuleHit.objects.create(
        claim=claim, run=run, rule_version=rule_version, **{"facts": {"amount": claim.amount_minor}, **fields}
    )


def make_case(
    *, cardholder: Cardholder | None = None, claims: list[Claim] | None = None, **fields: Any
) -> Case:
    """A case with an alert per claim. Without claims it gets one of its own."""
    n = next(_serial)
    if claims is None:
        wanted = {name: fields.pop(name) for name in ("amount_minor", "currency") if name in fields}
        claims = [make_claim(cardholder=cardholder, **wanted)]
    cardholder = cardholder or claims[0].cardholder
    amount = sum(claim.amount_minor for claim in claims)
    case = Case.objects.create(
        **{
            "reference": f"C-2026-{n:06}",
            "cardholder": cardholder,
            "merchant": claims[0].merchant,
            "source": Case.Source.MODEL,
            "pattern": "A04",
            "bundle_key": f"test:{n}",
            "state": State.NEW.value,
            "state_since": NOW - timedelta(days=1),
            "due_on": (NOW + timedelta(days=3)).date(),
            "currency": claims[0].currency,
            "probability": 0.55,
            "band": Score.Band.HIGH,
            "is_calibrated": True,
            "expected_loss_minor": amount * 55 // 100,
            "priority": amount * 55 // 100,
            "n_claims": len(claims),
            "opened_at": NOW - timedelta(days=1),
            **fields,
        }
    )
    run = fields.get("run")
    for claim in claims:
        make_alert(case=case, claim=claim, run=run)
    return case


def make_alert(*, case: Case, claim: Claim, run: ScreeningRun | None = None, **fields: Any) -> Alert:
    score = Score.objects.filter(claim=claim, run=run).first() if run else None
    return Alert.objects.create(
        case=case,
        claim=claim,
        claim_version=claim.version,
        run=run,
        **{"score": score, "channel": Alert.Channel.MODEL, **fields},
    )


def make_request(*, case: Case, by: User, **fields: Any) -> ExplanationRequest:
    n = case.requests.count() + 1
    return ExplanationRequest.objects.create(
        case=case,
        requested_by=by,
        **{
            "reference": f"Q-{case.reference[2:]}-{n}",
            "round_no": n,
            "text": "11월 19일 한우마을 결제의 업무 목적을 알려 주세요.",
            "sent_at": NOW,
            "due_on": (NOW + timedelta(days=11)).date(),
            **fields,
        },
    )


def make_answer(*, request: ExplanationRequest, by: User, **fields: Any) -> Explanation:
    return Explanation.objects.create(
        request=request,
        submitted_by=by,
        **{"text": "거래처 담당자와 저녁 식사를 했습니다.", "submitted_at": NOW, **fields},
    )


def make_note(*, case: Case, by: User, text: str = "영수증을 확인했다.") -> CaseNote:
    make_event(case=case, action="case.noted", by=by)
    return CaseNote.objects.create(case=case, written_by=by, text=text)


def make_event(*, case: Case, action: str, by: Actor | User, **fields: Any) -> AuditEvent:
    """An entry on the case's audit chain, as a service would leave it."""
    actor = by if isinstance(by, Actor) else actor_of(by)
    with transaction.atomic():
        return record(action=action, by=actor, subject=f"case:{case.reference}", **fields)


def put_case(case: Case, **fields: Any) -> Case:
    """Set columns of a case as no service would, with the entry the database asks for."""
    with transaction.atomic():
        case.refresh_from_db()
        after = {"state": fields.get("state", case.state), "version": case.version + 1}
        record(action="case.noted", by=Actor.system("test"), subject=f"case:{case.reference}", after=after)
        Case.objects.filter(pk=case.pk).update(**fields, version=case.version + 1)
        case.refresh_from_db()
    return case
