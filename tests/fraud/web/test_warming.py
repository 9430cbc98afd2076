"""A running server answers with the templates it began with."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

from fraud.web.warming import read_templates


def test_a_template_replaced_under_a_running_server_changes_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for loader in engines["django"].engine.template_loaders:
        loader.reset()
    assert read_templates() > 300

    def gone(*args: object, **named: object) -> str:
        raise AssertionError("a template was read again")

    monkeypatch.setattr(Path, "read_text", gone)
    monkeypatch.setattr("builtins.open", gone)
    for name in ("cases/my/_asked.html", "base.html", "403.html"):
        assert get_template(name)
