"""The doors of the canary walk: whoever is at one hands in numbers wherever something can be written or sent."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import SavedView, StatementEntry
from cases.workflow import State
from rules.models import Parameter, ValueChange, ValueList
from tests.canary_deliveries import addresses, deliveries, programs, receipts
from tests.canary_walk import DAY, Walk, papers, pictures
from tests.cases.stage import fresh
from tests.cases.statements.files import bank_table, camt, csv_of
from tests.cast import make_claim


def casework(walk: Walk) -> None:
    """Every text of a reviewer, an approver and a lead."""
    text, stage = walk.text, walk.stage
    case = walk.act("reviewer", stage.case(), "take")
    walk.act("reviewer", case, "notes", text=text())
    walk.act("reviewer", case, "snooze", until="2026-12-01", reason=text())
    walk.act("reviewer", case, "wake")
    walk.act("reviewer", case, "request-explanation", text=text(), questions=[text(), text()], language="ko")
    walk.act("reviewer", case, "extend-deadline", days="2", reason=text())
    walk.act("reviewer", case, "withdraw-request", reason=text())
    walk.act("reviewer", case, "release", reason=text())
    told = {"disposition": "confirmed_misuse", "amount": "84000", "currency": "KRW"}
    case = stage.case_in(State.EXPLAINED)
    walk.act("reviewer", case, "propose", **told, reason=text(), policy_clause=text(), message=text())
    walk.act("approver", case, "return", reason=text())
    case = walk.act("reviewer", case, "propose", **told, reason=text(), policy_clause=text(), message=text())
    proposal = case.decisions.get(state="proposed")
    case = walk.act("approver", case, "approve", content_hash=proposal.content_hash, reason=text())
    assert case.state == State.NOTIFIED  # what was struck out does not void an approval
    case = stage.case_in(State.APPEALED)
    walk.act("other_approver", case, "decide-appeal", result="upheld", reason=text(), message=text())
    case = walk.act("reviewer", stage.case(), "take")
    walk.act("reviewer", case, "close", disposition_reason="business_purpose", reason=text())
    walk.act("approver", case, "reopen", reason=text())
    claim = make_claim(cardholder=stage.cast.cardholder_record)
    walk.post("reviewer", f"/claims/{claim.pk}/tip/", origin="letter", text=text(), status=(302, 200, 422))
    walk.post("reviewer", f"/claims/{claim.pk}/case/", reason=text(), status=(302, 200, 422))
    walk.post(
        "reviewer",
        "/queue/close/",
        case=f"{stage.taken().reference}@1",
        reason=text(),
        status=(302, 200, 422),
    )
    for query in (f"q={walk.canary.number()}", f"?note={walk.canary.number().replace(' ', '%20')}"):
        walk.post("reviewer", "/queue/views/", name=walk.canary.number(), query=query)
    assert SavedView.objects.count() == 2


def cardholder(walk: Walk) -> None:
    """Every text and every kind of file of the person asked."""
    text, stage = walk.text, walk.stage
    case = stage.case_in(State.AWAITING_EXPLANATION)
    my = f"/my/{case.reference}"
    walk.post(
        "cardholder",
        f"{my}/draft/",
        page="one",
        text=text(),
        offered=walk.canary.number()[:30],
        **{"answer-1": text()},
    )
    walk.post("cardholder", f"{my}/extension/", reason=text())
    for content, ending, status in (*pictures(walk), *papers(walk)):
        sent = walk.upload(content, ending)
        walk.post("cardholder", f"{my}/draft/", page="one", text=text(), files=sent, status=status)
    walk.post(
        "cardholder",
        f"{my}/answer/",
        page="one",
        version=fresh(case).version,
        text=text(),
        **{"answer-1": text()},
    )
    assert fresh(case).state == State.EXPLAINED
    case = stage.case_in(State.NOTIFIED)
    walk.post("cardholder", f"/my/{case.reference}/appeal/", version=case.version, text=text())
    case = stage.case_in(State.RECOVERING)
    walk.post(
        "cardholder",
        f"/my/{case.reference}/consent/",
        version=case.version,
        monthly_amount="1000",
        agree="on",
        text=text(),
    )


def ledger(walk: Walk) -> None:
    """Postings, statements, entries, profiles, write-offs."""
    text, number = walk.text, walk.canary.number
    case = walk.stage.case_in(State.RECOVERING)
    told = {"amount": "1000", "method": "bank_transfer", "received_on": DAY.isoformat()}
    for _ in range(2):
        walk.money("clerk", case, "postings", **told, bank_reference=number(), note=text())
    content = camt(
        [
            (2_000, DAY, False, number(), f"{case.reference} {number()}"),
            (3_000, DAY, False, number(), number()),
        ]
    )
    # A name that is a number is refused, or struck out; under a plain one the same file is taken.
    walk.post("clerk", "/recovery/file/", file=walk.upload(content, ".xml"), status=(200, 302))
    walk.post("clerk", "/recovery/file/", file=SimpleUploadedFile("a.xml", content), status=(200, 302))
    table = csv_of(bank_table([(4_000, DAY, False, "", f"이체 {number()}"), (5_000, DAY, False, "", text())]))
    walk.post("clerk", "/recovery/file/", file=walk.upload(table, ".csv"), status=(200, 302))
    walk.post("clerk", "/recovery/file/", file=SimpleUploadedFile("b.csv", table), status=(200, 302))
    lines = f"case,amount,currency,received_on,method,bank_reference\n{case.reference},1000,KRW,{DAY},bank_transfer,{number()}\nX,1,KRW,{DAY},bank_transfer,{number()}\n"
    walk.post("clerk", "/recovery/file/", file=walk.upload(lines.encode(), ".csv"), status=(200, 302))
    walk.post("clerk", "/recovery/file/", file=SimpleUploadedFile("c.csv", lines.encode()), status=(200, 302))
    assert StatementEntry.objects.count() == 4
    entry = StatementEntry.objects.order_by("pk").last()
    assert entry is not None
    walk.post("clerk", f"/recovery/entries/{entry.pk}/set-aside/", reason=text(), status=(302, 200))
    walk.post(
        "clerk",
        "/recovery/entries/profile/",
        name=number(),
        lines=f"text = {number()}",
        status=(302, 200, 422),
    )
    walk.money("clerk", case, "request-write-off", reason=text())
    walk.money("approver", case, "return-write-off", reason=text())
    for path in ("/recovery/export/",):
        walk.post("clerk", path, reason=text(), status=(200,))


def rulebook(walk: Walk) -> None:
    """Rules, lists, parameters: what could only be a mistake is refused, the rest struck out."""
    text, number = walk.text, walk.canary.number
    about = {
        name: text()
        for name in ("name_en", "name_ko", "policy_clause", "policy_clause_en", "question_en", "question_ko")
    }
    good = {"code": "Z77", "text": "amount > 500,000 KRW", "group": "amount"}
    walk.post(
        "rule_admin",
        "/rules/new/",
        **{**good, **about, "text": f'merchant_name = "{number()}"'},
        status=(422, 200),
    )
    for door in ("read", "try", "explain"):
        written = f'merchant.name = "{number()}"'
        walk.post("rule_admin", f"/rules/{door}/", text=written, claim=number(), status=(200, 422))
    walk.post("rule_admin", "/rules/read/", tree=f'{{"text": "{number()}"}}', status=(200, 422))
    walk.post("rule_admin", "/rules/new/", **good, **about)
    walk.post(
        "rule_admin",
        "/rules/Z77/1/save/",
        text=good["text"],
        weight="1",
        note=text(),
        seen="1",
        status=(302, 200, 409, 422),
    )
    walk.post("rule_admin", "/rules/Z77/1/discard/", reason=text(), seen="1", status=(302, 200, 409, 422))
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar", "pub"])
    walk.post(
        "rule_admin",
        f"/rules/values/lists/{bars.name}/",
        values=f"bar\n{number()}",
        reason=text(),
        lock_version="1",
        status=(422, 200),
    )
    assert not ValueChange.objects.exists()
    walk.post(
        "rule_admin",
        f"/rules/values/lists/{bars.name}/",
        values="bar",
        reason=text(),
        lock_version="1",
        status=(302,),
    )
    Parameter.objects.create(name="limit", kind="money", label_en="Limit", label_ko="한도")
    walk.post(
        "rule_admin",
        "/rules/values/parameters/limit/",
        value="500,000",
        currency="KRW",
        valid_from="2026-12-01",
        reason=text(),
        grade=number()[:20],
        status=(302, 200, 422, 409),
    )


def company_and_models(walk: Walk) -> None:
    text = walk.text
    walk.post(
        "system_admin",
        "/settings/propose/",
        four_eyes_share="11",
        note=text(),
        seen="0",
        status=(302, 200, 409, 422),
    )
    walk.post(
        "system_admin",
        "/calendar/",
        on="2026-11-25",
        name=text()[:80],
        kind="company",
        reason=text()[:300],
        status=(302, 403),
    )
    walk.post(
        "approver",
        "/detection/threshold/propose/",
        value="0.3",
        note=text(),
        status=(302, 200, 403, 404, 409, 422),
    )
    walk.post(
        "model_owner",
        "/detection/experiments/start/",
        kind=walk.canary.number(),
        reason=text(),
        status=(302, 200, 400, 404, 422),
    )


DOORS = (
    casework,
    cardholder,
    receipts,
    ledger,
    rulebook,
    company_and_models,
    deliveries,
    programs,
    addresses,
)
