"""A text that is no rule yet → what its writer meant, in the language's own words; offered only when it would be accepted."""

from rules.language.mending.reading import Mended, mend

__all__ = ["Mended", "mend"]
