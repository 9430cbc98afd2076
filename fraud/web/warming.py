"""Every template of ours read when the server starts: the first click waits for none, and none comes from a later version of the program.

Django reads a template at its first use. A process that still runs while the program under it is replaced would answer with the old code and
the new template, which ask each other for what neither has.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from threading import Thread

from django.apps import apps
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from audit.collecting import set_aside

OURS = ("audit", "rules", "fraud", "cases")
BEGINS_AFTER_SECONDS = 1.0
log = logging.getLogger(__name__)


def read_templates() -> int:
    """How many there are. Raises TemplateSyntaxError for one that cannot be read."""
    names = [
        str(path.relative_to(folder))
        for folder in (Path(apps.get_app_config(app).path) / "templates" for app in OURS)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    for name in names:
        get_template(name)
    return len(names)


def read_templates_beside() -> None:
    """The same while the server answers already; what is there then is no longer looked through for circles (5 to 10 % of a page's time).

    It begins a moment later: the first page is often waited for, and would share its processor with this.
    """
    Thread(target=_read, name="templates", daemon=True).start()


def _read() -> None:
    time.sleep(BEGINS_AFTER_SECONDS)
    try:
        read_templates()
    except (OSError, TemplateSyntaxError):
        log.exception("templates.unread")
    finally:
        set_aside()  # whatever happened: circles have not been looked for since the server began to load
