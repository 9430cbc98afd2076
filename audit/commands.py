"""What our commands print: no card or resident number is ever among it, whatever a file, a folder or an argument is called.

Every command is a `StruckCommand`, so none has to think of it: what it writes, its errors, what the parser says of arguments and the
trace of a fault go through one door. It ends up in logs of cron and the journal, which nobody looks through for such numbers.
"""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, SystemCheckError
from django.utils.translation import gettext as _

from audit.keeping import kept

_OUTPUTS = ("stdout", "stderr")


def struck(text: str) -> str:
    """The text with every number struck out, line by line; a JSON object or list stays one, its figures as they are."""
    if kept(text) == text:
        return text
    if text.lstrip()[:1] in ("{", "["):
        try:
            found = json.loads(text)
        except ValueError:
            pass
        else:
            end = "\n" if text.endswith("\n") else ""
            return json.dumps(kept(found), ensure_ascii=False) + end
    return "".join(kept(line) for line in text.splitlines(keepends=True))


class _Struck:
    """A stream that is written to with every number struck out."""

    def __init__(self, out: Any) -> None:
        self._out = out

    def write(self, text: str) -> None:
        self._out.write(struck(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)


class StruckCommand(BaseCommand):
    """A command that prints no card or resident number."""

    def __init__(self, stdout: Any = None, stderr: Any = None, **more: Any) -> None:
        super().__init__(_Struck(stdout or sys.stdout), _Struck(stderr or sys.stderr), **more)  # type: ignore[arg-type]

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's, whose errors repeat what was typed."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        say = parser.error
        parser.error = lambda message: say(struck(message))  # type: ignore[method-assign,assignment]
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's; the trace of a fault, which may name a file, is printed here."""
        try:
            super().run_from_argv(argv)
        except KeyboardInterrupt:
            self.stderr.write("\n" + _("Stopped before the end; run it again to have it done."))
            sys.exit(130)  # what shells say of Ctrl-C
        except Exception:
            self.stderr.write(traceback.format_exc())
            sys.exit(1)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """As Django's, also where the caller gives the streams and takes the error."""
        given = {name: _Struck(options[name]) for name in _OUTPUTS if options.get(name)}
        try:
            return super().execute(*args, **{**options, **given})
        except SystemCheckError:
            raise
        except CommandError as error:
            error.args = (struck(str(error)),)
            raise
