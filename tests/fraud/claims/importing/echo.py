"""What a bounded process is asked by its tests."""

from __future__ import annotations

import os
import time
from typing import Any


def answer_to(task: dict[str, Any]) -> dict[str, Any]:
    if task.get("die"):
        os._exit(3)
    if task.get("fail"):
        raise TypeError("a card number 4111 1111 1111 1111")
    time.sleep(task.get("sleep", 0))
    return {"said": task.get("say"), "pid": os.getpid()}
