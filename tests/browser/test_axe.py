"""axe-core finds nothing on a sample of the pages, in both languages; `python -m tests.browser.axe` looks at all of them."""

from __future__ import annotations

import pytest

from tests.browser.axe import LANGUAGES, axe_source, looks

pytestmark = pytest.mark.browser
SAMPLE = {
    "reviewer": ("/queue/", "/cases/{case}/"),
    "approver": ("/workload/", "/notices/", "/approvals/"),
    "cardholder": ("/my/",),
}


@pytest.mark.parametrize("who", SAMPLE)
def test_axe_finds_nothing(visit, scene, who):
    try:
        source = axe_source()
    except FileNotFoundError:
        pytest.skip("axe-core is not here; AXE_CORE names its axe.min.js")
    page = visit(who)
    found = []
    for path in SAMPLE[who]:
        for language in LANGUAGES:
            page.context.add_cookies([{"name": "django_language", "value": language, "url": page.base}])
            page.open(path.format(case=scene.cases["explained"].reference))
            found += [(path, language, how, *one) for how, every in looks(page, source) for one in every]
    assert found == []
