"""Answers that are worked out once for all processes: in memory and in a file beside the database, while nothing new is known.

Nothing rests on them: deleting the file costs only time.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from fraud.claims.models import Claim, ClaimChange, Label
from fraud.company.models import CompanyHoliday
from fraud.detection.screening.prepare import code_version
from fraud.workbench.newest import newest, newest_known
from rules.services.rule_sets import active_rule_set, content_hash

_kept: dict[str, tuple[str, Any]] = {}


def kept_answer(name: str, asked: Any) -> Any | None:
    """The answer of that name to exactly what is asked (plain JSON), if nothing has become known since; else None."""
    state = state_of(asked)
    held = _kept.get(name)
    if held is None or held[0] != state:
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(_file(name).read_text())
            if told["state"] == state:
                _kept[name] = held = (state, told["answer"])
    return held[1] if held is not None and held[0] == state else None


def keep_answer(name: str, asked: Any, answer: Any) -> None:
    """Keep an answer (plain JSON) to what was asked; where it cannot be written, only for this process."""
    state = state_of(asked)
    _kept[name] = (state, answer)
    with suppress(OSError):
        path = _file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(f".{secrets.token_hex(4)}")
        written.write_text(json.dumps({"state": state, "answer": answer}))
        os.replace(written, path)


def _file(name: str) -> Path:
    return Path(settings.HOME) / "answers" / f"{name}.json"


def state_of(asked: Any) -> str:
    """A hash of what is asked and of everything an answer rests on: claims, outcomes, lists, parameters, holidays, this program."""
    claims = [Claim.objects.count(), *(newest(Claim, name) for name in ("pk", "transacted_at"))]
    known: list[Any] = [newest(ClaimChange, "pk"), newest(Label, "pk")]
    known.append(newest_known())  # a claim, receipt or leave that came since, too
    days = CompanyHoliday.objects.aggregate(n=Count("pk"), pk=Max("pk"))
    database = str(settings.DATABASES["default"]["NAME"])
    facts = [*map(str, claims), *map(str, known), *map(str, days.values()), code_version(), database]
    return content_hash([asked, facts, active_rule_set(states=()).version_hash])
