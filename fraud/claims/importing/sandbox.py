"""Reading a delivered claim file in a bounded process of its own; it gets the card key through its standard input."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fraud.claims.importing.bounded import USUAL, Bounds, ask_child
from fraud.claims.importing.parsing.values import Context
from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.reading.opening import open_table
from fraud.claims.importing.staging import StagedFile, stage


def stage_apart(
    *,
    path: Path,
    name: str,
    spec: Mapping[str, Any],
    context: Context,
    folder: Path,
    bounds: Bounds = USUAL,
    going_on: Callable[[], None] | None = None,
) -> StagedFile:
    """`stage` in a child process. `spec` is the profile's JSON. Raises FileQuarantined, also when the child was stopped.

    `going_on` is called now and then and may raise to end it.
    """
    task = {
        "path": str(path.resolve()),
        "name": name,
        "spec": spec,
        "folder": str(folder.resolve()),
        "received_at": context.received_at.isoformat(),
        "latest": context.latest.isoformat(),
        "zone": context.zone,
        "card_key": base64.b64encode(context.card_key).decode(),
        "is_history": context.is_history,
    }
    answer = ask_child(__name__, task, bounds, going_on)
    if "error" in answer:
        raise FileQuarantined(answer["error"]["code"], **answer["error"]["params"])
    return StagedFile.load(folder)


def answer_to(task: Mapping[str, Any]) -> dict[str, Any]:
    """What the child does: stage the file; {"staged": True}, or what was wrong with it."""
    path, spec = Path(task["path"]), read_spec(task["spec"])
    try:
        context = Context(
            received_at=datetime.fromisoformat(task["received_at"]),
            latest=datetime.fromisoformat(task["latest"]),
            zone=task["zone"],
            card_key=base64.b64decode(task["card_key"]),
            is_history=task["is_history"],
        )
        staged = stage(
            lambda: open_table(path, spec),
            name=task["name"],
            spec=spec,
            context=context,
            folder=Path(task["folder"]),
        )
        staged.save()
    except FileQuarantined as error:
        return {"error": error.as_json()}
    return {"staged": True}
