"""The shape of every refusal: a stable code, an HTTP status, a sentence that is rendered when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from rules.language.korean import with_particles


class CaseworkError(Exception):
    """A step that could not be taken; nothing was changed."""

    code = "casework"
    status = 409
    text: Any = _("This is not possible now.")

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    @property
    def sentence(self) -> str:
        """The refusal in the active language."""
        return with_particles(str(self.text) % self.params if self.params else str(self.text))

    @property
    def details(self) -> Mapping[str, Any]:
        """More for a program: field names, what is allowed, what changed."""
        return {}

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"
