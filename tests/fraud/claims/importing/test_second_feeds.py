"""One payment told by two feeds: which of its facts came from which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from fraud.claims.models import Claim
from tests.cast import make_cast
from tests.fraud.claims.importing.files import GOOD, HEADER, csv_text, deliver, profile

pytestmark = pytest.mark.django_db
MORE = [*HEADER, "purpose_code", "approver_no"]


def told(folder: Path, system: str, **changes: str) -> Claim:
    row = {**GOOD, "claim_id": f"{system}-1", **changes}
    content = csv_text([row], MORE).encode()
    deliver(folder, content, name=f"{system}.csv", used=profile(source_system=system))
    return Claim.objects.get()


def fields(claim: Claim) -> dict[str, set[str]]:
    return {source.source_system: set(source.fields.split()) for source in claim.sources.all()}


def test_what_the_second_feed_fills_is_its_own_until_the_first_corrects_it(tmp_path: Path) -> None:
    told(tmp_path, "card", 적요="")
    claim = told(tmp_path, "erp", 적요="거래처 점심", purpose_code="meal", approver_no="E1002")
    assert fields(claim) == {"erp": {"purpose_text", "purpose_code", "approver_no"}}
    claim = told(tmp_path, "card", 적요="저녁")
    assert claim.purpose_text == "저녁"
    assert fields(claim) == {"erp": {"purpose_code", "approver_no"}}
    claim = told(tmp_path, "erp", 적요="거래처 저녁", purpose_code="meal", approver_no="E1002")
    assert fields(claim) == {"erp": {"purpose_text", "purpose_code", "approver_no"}}


@pytest.mark.parametrize(("language", "words"), [("ko", "사용 목적"), ("en", "purpose given")])
def test_the_claims_page_says_whose_words_they_are(
    tmp_path: Path, client: Any, language: str, words: str
) -> None:
    cast = make_cast()
    told(tmp_path, "card", 적요="")
    claim = told(tmp_path, "erp", 적요="거래처 점심")
    client.cookies["django_language"] = language
    client.force_login(cast.reviewer)
    page = client.get(reverse("fraud:claim", args=[claim.pk])).content.decode()
    assert words in page
