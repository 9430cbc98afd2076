"""The page of labels: who sees it, what it counts, what it leaves out, and its export."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from cases.pages.judged_twice import judged_twice
from cases.services import by_hand, decisions
from fraud.claims.labels import NewLabel, add_label
from fraud.claims.models import Label
from fraud.claims.outcomes.delivering import deliver_outcomes, schemes
from fraud.claims.outcomes.reading import read_given
from tests.cases.stage import REASON, Stage, fresh
from tests.cast import Cast, make_cast, make_claim

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
PAGE = "cases:labels"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def label(verdict: bool | None, source: str = "review", scheme: str = "A04", **claim: Any) -> Label:
    made = NewLabel(
        make_claim(**claim).pk,
        verdict,
        source,
        clock.now() - timedelta(days=40),
        scheme=scheme,
        reference="C-1",
    )
    return add_label(label=made, by=SYSTEM)


def text(answer: Any) -> list[dict[str, str]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_page_counts_by_source_and_scheme_what_counts_now(client: Any, cast: Cast) -> None:
    for verdict, source, scheme in [
        (True, "review", "A04"),
        (False, "review", "A04"),
        (False, "review", "A04"),
        (True, "audit", "split_payment"),
        (None, "audit", "split_payment"),
    ]:
        label(verdict, source, scheme, cardholder=cast.stranger_record)
    client.force_login(cast.model_owner)
    page = client.get(reverse(PAGE))
    rows = {(row["source"], row["n"], row["misuse"]) for row in page.context["tables"]["sources"].rows}
    assert {(n, misuse) for _, n, misuse in rows} == {(3, 1), (1, 1)}
    assert (page.context["n_known"], page.context["n_misuse"]) == (4, 2)
    table = text(client.get(reverse(PAGE), {"csv": "labels-sources"}))
    assert sorted(float(row[list(row)[4]]) for row in table) == [pytest.approx(1 / 3), 1.0]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("model_owner", 200),
        ("auditor", 200),
        ("reviewer", 403),
        ("approver", 403),
        ("rule_admin", 403),
        ("cardholder", 403),
    ],
)
def test_only_model_owner_and_auditor_see_labels(client: Any, cast: Cast, name: str, status: int) -> None:
    client.force_login(getattr(cast, name))
    assert client.get(reverse(PAGE)).status_code == status
    post = client.post(reverse("cases:export-labels"), {"reason": "yearly review"})
    assert post.status_code == status


def test_nothing_of_ones_own_is_listed_counted_or_exported(client: Any, cast: Cast) -> None:
    label(True, external_id="OWN-1", cardholder=cast.cardholder_record, approver_no="e 1007")
    label(True, external_id="OTHER-1", cardholder=cast.stranger_record)
    client.force_login(cast.model_owner)
    page = client.get(reverse(PAGE))
    assert page.context["n_known"] == 1
    assert "OWN-1" not in page.content.decode()
    exported = text(client.post(reverse("cases:export-labels"), {"reason": "yearly review"}))
    assert [row["claim"] for row in exported] == ["OTHER-1"]


def test_filters_narrow_list_and_export_and_a_stray_one_is_told(client: Any, cast: Cast) -> None:
    label(True, "audit", external_id="A", cardholder=cast.stranger_record)
    label(False, "review", external_id="B", cardholder=cast.stranger_record)
    label(None, "review", external_id="C", cardholder=cast.stranger_record)
    client.force_login(cast.auditor)

    def listed(**query: str) -> str:
        return "".join(
            sorted(row["label"].claim.external_id for row in client.get(reverse(PAGE), query).context["rows"])
        )

    assert listed() == "ABC"
    assert listed(source="review") == "BC"
    assert [listed(outcome=code) for code in ("misuse", "legitimate", "nothing")] == ["A", "B", "C"]
    assert listed(q="B") == "B"
    assert listed(to=(clock.today() - timedelta(days=60)).isoformat()) == ""
    assert listed(scheme="A04", outcome="misuse") == "A"
    page = client.get(reverse(PAGE), {"source": "rumour", "colour": "red", "from": "soon"})
    assert len(page.context["filters"].problems) == 3
    exported = client.post(reverse("cases:export-labels") + "?source=audit", {"reason": "yearly review"})
    assert [(row["claim"], row["outcome"], row["holds"]) for row in text(exported)] == [
        ("A", "misuse", "yes")
    ]


def test_an_export_needs_a_reason_and_leaves_its_entry(client: Any, cast: Cast) -> None:
    label(True, cardholder=cast.stranger_record)
    client.force_login(cast.auditor)
    assert client.post(reverse("cases:export-labels"), {"reason": " x "}).status_code == 400
    assert not AuditEvent.objects.filter(action="labels.exported").exists()
    client.post(reverse("cases:export-labels"), {"reason": "yearly review"})
    assert AuditEvent.objects.get(action="labels.exported").reason == "yearly review"


def test_a_label_that_was_overruled_says_that_it_does_not_count(client: Any, cast: Cast) -> None:
    first = label(True, cardholder=cast.stranger_record)
    again = NewLabel(first.claim_id, False, "review", clock.now() - timedelta(days=3), reference="C-2")
    add_label(label=again, by=SYSTEM)
    client.force_login(cast.model_owner)
    rows = client.get(reverse(PAGE)).context["rows"]
    assert [(row["label"].is_misuse, row["holds"]) for row in rows] == [(False, True), (True, False)]


def test_a_long_list_asks_no_more_queries_than_a_short_one(client: Any, cast: Cast) -> None:
    client.force_login(cast.model_owner)

    def n_queries() -> int:
        seen: list[str] = []

        def count(execute: Any, sql: str, *rest: Any) -> Any:
            seen.append(sql)
            return execute(sql, *rest)

        client.get(reverse(PAGE))
        with connection.execute_wrapper(count):
            client.get(reverse(PAGE))
        return len(seen)

    label(True, cardholder=cast.stranger_record)
    few = n_queries()
    for index in range(30):
        label(index % 2 == 0, scheme=f"A{index:02}", cardholder=cast.stranger_record)
    assert n_queries() <= few


def test_judgements_by_two_people_are_paired(stage: Stage) -> None:
    approved = stage.notified()
    returned = stage.proposed()
    decisions.return_decision(
        case=returned, reason=REASON, by=stage.actor("approver"), expected_version=returned.version
    )
    appealed = stage.appealed()
    stage.decide_appeal(appealed, "reversed")
    closed = stage.closed()
    stage.go_on(hours=1)
    by_hand.reopen_case(
        case=closed, reason=REASON, by=stage.actor("approver"), expected_version=fresh(closed).version
    )
    claim = approved.alerts.get().claim
    stage.go_on(hours=1)
    row = {
        "claim": claim.external_id,
        "outcome": "misuse",
        "source": "audit",
        "decided_at": clock.today(claim.transacted_at + timedelta(days=1)).isoformat(),
    }
    add_label(
        label=NewLabel(
            claim.pk, False, "review", clock.now(), reference=approved.reference, disposition="legitimate"
        ),
        by=SYSTEM,
    )
    done = deliver_outcomes(read_given([row], schemes=schemes()), by=SYSTEM, door="interface")
    assert [one.code or one.status for one in done.rows] == ["new"]
    found = judged_twice(stage.actor("model_owner"))
    assert Counter(found["approval"]) == Counter({(True, True): 2})
    assert found["appeal"] == [(True, False)]
    assert found["reopened"] == []
    assert found["elsewhere"] == [(False, True)]
    assert judged_twice(stage.actor("cardholder")) == {kind: [] for kind in found}
