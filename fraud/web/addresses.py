"""Codes in the addresses of pages: whatever is stored has an address, also a code that no new rule could have."""

from __future__ import annotations

import re

from django.urls import register_converter

_WRITTEN = re.compile(r"~([0-9A-F]{2})?")


class CodeConverter:
    """`<code:code>`: a code as it is; what would end or shorten the address is written `~2F`. Both ways give the code back."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The code of an address."""
        return _WRITTEN.sub(lambda hit: chr(int(hit[1], 16)) if hit[1] else "", value)

    def to_url(self, value: object) -> str:
        """The code as it stands in an address; an empty one is `~`."""
        code = str(value)
        if code in {"", ".", ".."}:
            return "~2E" * len(code) or "~"
        return "".join(f"~{ord(sign):02X}" if sign in "/~\\\r\n\t" else sign for sign in code)


register_converter(CodeConverter, "code")
