"""The language somebody reads: Korean, or English for everybody else. One way to ask, wherever a text is chosen."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language


def current_language() -> str:
    """`ko` or `en`: what the reader of this page or answer has chosen; Korean where nobody reads."""
    return spoken(get_language())


@lru_cache(maxsize=64)
def spoken(language: str | None) -> str:
    """`ko` or `en` of any language tag (`ko-KR`, `en-gb`); Korean for none, English for others."""
    return "ko" if is_korean(language) else "en"


def is_korean(language: str | None) -> bool:
    """Whether a language tag means Korean; without one it does."""
    return (language or "ko").lower().split("-")[0].split("_")[0] == "ko"
