"""Who reads what, walked by machine: every reader × every address × every object × every secret, bodies searched, not only status codes.

A secret is a word that stands in one place of the company, with who may read it written here by hand. Pages, interface, exports (archives are
opened), searches, fragments, previews, notices and refusals are asked for with objects that are theirs, another's, their own case and absent.
`WALK=1` walks every cell (`make walk`), less a part drawn from the printed seed: most of what tells something, some of what is refused anyway.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver

from audit import clock
from audit.actor import Actor
from audit.permissions import Role
from cases.models import Webhook
from cases.pages.answer_steps import CHECK, WORDS
from cases.services import drafts, explanations, notes
from cases.services.evidence import add_evidence
from cases.services.steps import current_request
from fraud.claims.accounts import create_account
from fraud.claims.models import Claim, User
from tests.cases.files import picture
from tests.cases.stage import Stage, fresh
from tests.cast import (
    make_cardholder,
    make_claim,
    make_department,
    make_hit,
    make_merchant,
    make_person,
    make_rule_version,
    make_run,
    make_score,
)
from tests.routes import walk

SEED, SHARE = int(os.environ.get("WALK_SEED", "12")), float(os.environ.get("WALK", "0.012"))
#: Who sees cases; `narrowed` those of research only, `involved` all but their own.
SEES_CASES = frozenset({"reviewer", "approver", "auditor", "involved"})
#: Who sees what a rule hit as a sample, without anybody's name.
SAMPLES = frozenset({"rule_admin", "model_owner"})
#: Word → whoever may read it. The others never meet it.
SECRETS: dict[str, frozenset[str]] = {
    "ZQ-note-sales": SEES_CASES,
    "ZQ-note-research": SEES_CASES | {"narrowed"},
    "ZQ-note-involved": SEES_CASES - {"involved"},
    "ZQ-reason-of-decision": SEES_CASES,
    "ZQ-merchant-sales": SEES_CASES | SAMPLES | {"clerk", "cardholder", "manager"},
    "ZQ-merchant-research": SEES_CASES | SAMPLES | {"clerk", "narrowed", "stranger"},
    "ZQ-merchant-involved": SEES_CASES
    | SAMPLES
    | {"clerk"},  # one's own payment is no secret, what is thought of it is
    "ZQ-rule-by-name": SEES_CASES | {"narrowed", "rule_admin", "model_owner"},
    "ZQ-receipt": SEES_CASES | {"cardholder", "manager"},
    "ZQ-draft": frozenset({"cardholder"}),
    "ZQ-bank-line": SEES_CASES | {"clerk"},
    "ZQ-person-sales": SEES_CASES
    | {"cardholder", "manager", "clerk", "system_admin"},  # whose login is looked at
    "ZQ-person-research": SEES_CASES | {"narrowed", "stranger", "clerk"},
    "zq-hook.example": frozenset({"approver", "involved", "auditor", "system_admin"}),
}
READERS = ["anonymous", "cardholder", "stranger", "manager", "reviewer", "narrowed", "approver", "involved", "clerk", "rule_admin", "model_owner", "auditor",
           "system_admin", "client", "ended"]  # fmt: skip


@dataclass(frozen=True)
class World:
    """The company, its people as readers, and the values that addresses take."""

    people: dict[str, User | None]
    token: str
    values: dict[str, list[str]]


@pytest.fixture
def world(stage: Stage) -> World:
    """A case of sales in several states, one of research, one about an approver; every secret in its place."""
    cache.clear()
    research = make_department("RND", name="연구소")
    narrowed = make_person("narrowed.reviewer", Role.REVIEWER, employee_no="E4444")
    narrowed.units.add(research)
    involved = make_person("involved.approver", Role.APPROVER, Role.REVIEWER, employee_no="E5555")
    ended = make_person("ended.reviewer", Role.REVIEWER, employee_no="E6666")
    stage.cast.stranger_record.department = research
    stage.cast.stranger_record.name = "ZQ-person-research"
    stage.cast.stranger_record.save()
    stage.cast.cardholder_record.name = "ZQ-person-sales"
    stage.cast.cardholder_record.save()
    common = make_merchant("함께 가는 집")
    about = make_cardholder("E5555", name="승인자 본인", department=make_department("FIN", name="재무팀"))
    run, rule = make_run(), make_rule_version("Q01")
    rule.rule.name_ko = rule.rule.name_en = "ZQ-rule-by-name"
    rule.rule.save()

    def claims(cardholder: Any, place: str, name: str) -> list[Claim]:
        made = make_claim(
            cardholder=cardholder, merchant=make_merchant(place), merchant_name=place, external_id=name
        )
        beside = make_claim(cardholder=cardholder, merchant=common, external_id=f"{name}-TOO")
        for claim in (made, beside):
            make_hit(claim=claim, run=run, rule_version=rule)
            make_score(claim=claim, run=run)
        return [made, beside]

    sales = stage.taken(claims=claims(stage.cast.cardholder_record, "ZQ-merchant-sales", "SALES-1"), run=run)
    notes.add_note(
        case=sales, text="ZQ-note-sales", by=stage.actor("reviewer"), expected_version=sales.version
    )
    stage.cast.stranger_record.refresh_from_db()
    other = stage.taken(
        cardholder=stage.cast.stranger_record,
        claims=claims(stage.cast.stranger_record, "ZQ-merchant-research", "LAB-1"),
        run=run,
    )
    notes.add_note(
        case=other, text="ZQ-note-research", by=stage.actor("reviewer"), expected_version=other.version
    )
    own = stage.taken(cardholder=about, claims=claims(about, "ZQ-merchant-involved", "FIN-1"), run=run)
    notes.add_note(
        case=own, text="ZQ-note-involved", by=stage.actor("reviewer"), expected_version=own.version
    )
    asked = stage.asked()
    file = add_evidence(
        request=current_request(asked),
        name="ZQ-receipt.png",
        content=SimpleUploadedFile("r.png", picture()),
        by=stage.actor("cardholder"),
    )
    request = current_request(fresh(asked))
    explanations.submit_explanation(
        request=request,
        by=stage.actor("cardholder"),
        text="본인의 설명입니다.",
        expected_version=fresh(asked).version,
    )
    waiting = stage.asked()
    drafts.save_draft(request=current_request(waiting), by=stage.actor("cardholder"), text="ZQ-draft")
    owing = stage.recovering()
    stage.post(owing, 1000, line="ZQ-bank-line")
    closed = stage.proposed()
    closed.decisions.update(reason="ZQ-reason-of-decision")
    hook = Webhook.objects.create(
        name="erp",
        url="https://zq-hook.example/x",
        events=["case.opened"],
        salt="0" * 32,
        reason="the ERP",
        proposed_by=stage.cast.system_admin,
        proposed_at=clock.now(),
    )
    _client, token = create_account(
        name="walk", scopes=["deliveries:read", "claims:deliver"], by=Actor.system("tests")
    )
    ended.is_active = False
    ended.save()
    cases = [sales, other, own, asked, waiting, owing, closed]
    people: dict[str, User | None] = {name: getattr(stage.cast, name, None) for name in READERS}
    people |= {"narrowed": narrowed, "involved": involved, "ended": ended, "anonymous": None, "client": None}
    return World(
        people,
        token,
        {
            "case": [*(one.reference for one in cases), "C-2099-000001"],
            "request": [current_request(fresh(waiting)).reference, request.reference, "R-2099-000001"],
            "claim": [
                str(one)
                for one in Claim.objects.filter(external_id__in=["SALES-1", "LAB-1", "FIN-1"]).values_list(
                    "pk", flat=True
                )
            ]
            + ["987654"],
            "evidence": [file.reference, "E-0"],
            "login": [str(stage.cast.cardholder.pk), str(involved.pk), "987654"],
            "number": [str(hook.pk), "987654"],
            "code": ["Q01", "X99"],
            "run": [run.reference],
            "merchant": [str(common.pk)],
        },
    )


def kind_of(route: str, name: str) -> str:
    """Which values stand for a place of an address."""
    if name in {"claim_id", "login_id", "code", "evidence"}:
        return {"claim_id": "claim", "login_id": "login", "code": "code", "evidence": "evidence"}[name]
    if name == "reference":
        first = next(
            (
                kind
                for part, kind in (("my/requests", "request"), ("evidence/", "evidence"), ("runs/", "run"))
                if part in route
            ),
            "case",
        )
        return first
    return "number"


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """(method, address) of every page and operation with every object, searches and exports among them."""
    for route, _entry in walk(get_resolver().url_patterns):
        if "^" in route or route.startswith(("accounts/", "static", "api/docs")):
            continue
        found = re.search(r"<(?:\w+:)?(\w+)>", route)
        for value in world.values[kind_of(route, found[1])] if found else [""]:
            path = "/" + re.sub(r"<.*?>", "1", route.replace(found[0], value, 1) if found else route)
            yield "get", path
            if route.startswith("api/v1/"):
                yield "post", path
    for words in ("SALES", "LAB-1", "FIN-1", "E2001", "E2002", "E5555", *world.values["case"]):
        for place in (
            "/search/?q={}",
            "/search/?brief=1&q={}",
            "/queue/?view=all&q={}",
            "/api/v1/cases/?q={}",
            "/api/v1/claims/?q={}",
            "/claims/?q={}",
            "/palette/?q={}",
            "/people/?q={}",
        ):
            yield "get", place.format(words)
    for reference in world.values["case"]:
        for step in (WORDS, CHECK):  # where a draft stands
            yield "get", f"/my/{reference}/?step={step}"
        yield "get", f"/cases/{reference}/links/?open=m{world.values['merchant'][0]}"
        yield "export", f"/api/v1/cases/{reference}/dossier/ zip"
    for place in (
        "my/data/",
        "scores/export/",
        *(f"reports/{name}export/ {kind}" for name in ("", "assurance/") for kind in ("csv", "xlsx")),
    ):
        yield "export", f"/api/v1/{place}"
    for place in ("claims", "labels", "recovery", "audit", "scores"):
        yield "export", f"/{place}/export/"


#: Where the secrets stand: always among what is asked, so that each of them proves something.
_HOMES = re.compile(
    r"/(cases|recovery|evidence|runs|my/notices|my)/[^/]+/(\?step=.*)?$|/(queue|claims|connections/webhooks)/$|/links/|/operation/$"
)


def drawn(world: World) -> list[tuple[str, str]]:
    """What is asked: all of it, or the share drawn from the seed, with everything where a secret stands."""
    draw, share = (
        random.Random(SEED),
        {"get": 3 * SHARE, "export": 3 * SHARE, "post": SHARE if SHARE >= 1 else SHARE / 4},
    )
    return [
        one
        for one in addresses(world)
        if draw.random() < share[one[0]] or (SHARE >= 0.1 and (one[0] == "export" or _HOMES.search(one[1])))
    ]


def said(answer: Any) -> bytes:
    """Everything an answer says, archives opened."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] != b"PK":
        return bytes(body) + json.dumps(dict(answer.headers)).encode()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


def asks(client: Client, method: str, path: str) -> Any:
    if method == "get":
        return client.get(path)
    if method == "export":
        place, _, kind = path.partition(" ")
        body = {"reason": "walked by machine"} | ({"kind": kind} if kind else {})
        if place.startswith("/api/"):
            return client.post(place, json.dumps(body), content_type="application/json")
        days = {"from": "2026-01-01", "to": "2026-12-31"}
        return client.post(place, body | days)
    return client.post(path, b"{}", content_type="application/json", headers={"If-Match": '"0"'})


def test_nobody_reads_what_is_not_theirs_on_any_surface(
    stage: Stage, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASVS 8.2.2, 8.2.3: objects and fields only for those with explicit permission, in every answer, refusals among them."""
    monkeypatch.setattr("audit.pace.EXPORTS_AN_HOUR", 10**6)
    monkeypatch.setattr("audit.pace.REFUSALS_AN_HOUR", 10**6)
    monkeypatch.setattr("fraud.learning.experimenting.start_process", lambda experiment: None)
    wrong: list[str] = []
    seen, asked = set(), drawn(world)
    cells: Counter[str] = Counter()
    for reader in READERS:
        client = Client(headers={"Authorization": f"Token {world.token}"} if reader == "client" else {})
        person = world.people[reader]
        if person is not None:
            client.force_login(person)
        for method, path in asked:
            answer = asks(client, method, path)
            surface = (
                "refusals"
                if answer.status_code >= 400
                else "exports"
                if method == "export"
                else "interface"
                if path.startswith("/api/")
                else "pages"
            )
            body = said(answer)
            assert answer.status_code < 500, (reader, method, path)
            for word, readers in SECRETS.items():
                cells[surface] += 1
                if word.encode() in body:
                    seen.add((word, reader))
                    if reader not in readers:
                        wrong.append(f"{reader} reads {word} at {method} {path} ({answer.status_code})")
    unread = sorted(set(SECRETS) - {word for word, _reader in seen})
    print(
        f"seed {SEED}: {sum(cells.values()):,} cells ({dict(cells)}), {len(asked):,} addresses × {len(READERS)} readers, {len(wrong)} wrong, read by somebody: {len(SECRETS) - len(unread)} of {len(SECRETS)} secrets",
        *wrong,
        sep="\n",
    )
    assert wrong == []
    if SHARE >= 0.1:
        assert unread == [], "a secret that nobody reads proves nothing"
        assert sum(cells.values()) >= 30_000
        assert min(cells[name] for name in ("pages", "interface", "exports", "refusals")) > 500
