"""A running server answers with the templates it began with."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

from audit.collecting import begin_to_load
from fraud.web import warming
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


@pytest.mark.parametrize("fault", [None, OSError("gone"), ValueError("odd")])
def test_circles_are_looked_for_again_once_a_server_has_loaded_whatever_happened(
    fault: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> int:
        assert not gc.isenabled()
        if fault is not None:
            raise fault
        return 1

    monkeypatch.setattr(warming, "BEGINS_AFTER_SECONDS", 0)
    monkeypatch.setattr(warming, "read_templates", read)
    monkeypatch.setattr("gc.collect", lambda: 0)  # a second, for nothing
    before, was_frozen = gc.get_threshold(), gc.get_freeze_count() > 0
    begin_to_load()
    try:
        if isinstance(fault, ValueError):
            with pytest.raises(ValueError, match="odd"):
                warming._read()
        else:
            warming._read()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.enable()
        gc.set_threshold(*before)
        if not was_frozen:
            gc.unfreeze()
