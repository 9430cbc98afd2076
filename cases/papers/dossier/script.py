"""The verifier as it lies in a dossier: one file that needs Python alone, put together from the two modules that are its one home."""

from __future__ import annotations

from pathlib import Path

from audit import chain
from cases.papers.dossier import verifier

_FUTURE = "from __future__ import annotations\n"
_IMPORT = "from audit.chain import SEALED, first_fault\n"


def verify_script() -> bytes:
    """The text of `verify.py`."""
    rest = Path(verifier.__file__).read_text(encoding="utf-8")
    of_chain = Path(chain.__file__).read_text(encoding="utf-8").replace(_FUTURE, "")
    return rest.replace(_IMPORT, of_chain).encode("utf-8")
