"""``manage.py rules_export [FILE]``: the whole rule book as YAML; the same content gives the same text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from audit.commands import StruckCommand
from rules.book_text import write_yaml
from rules.services.book import book_content


class Command(StruckCommand):
    help = "Write rules, lists and parameters as YAML, to a file or to the terminal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="where to write; without it the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        text = write_yaml(book_content())
        if options["file"]:
            Path(options["file"]).write_text(text, encoding="utf-8")
            told = _("Lines: %(n)s, in “%(name)s”")
            self.stderr.write(told % {"n": len(text.splitlines()), "name": options["file"]})
        else:
            self.stdout.write(text, ending="")
