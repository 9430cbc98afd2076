"""Values of any length and form for places that take an id, a day, a number, a cursor or words."""

from __future__ import annotations

import base64
import json
import os
from typing import Any


def _cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


# fmt: off
VALUES = [
    "", " ", "0", "1", "2", "3", "7", "-1", "+1", "01", "1.0", "1e9", "1e999", "NaN", "Infinity", "-0", "1_000", "１２３", "٣", "²", "½", "true", "null", "None", "[]", "{}",
    str(2**31 - 1), str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**64), "9" * 40, "9" * 400, "9" * 4000, "0" * 500 + "1",
    "2026-11-20", "2026-02-30", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-W48-7", "20261120", "2026-11", "2026-11-20T00:00", "２０２６-１１-２０", "-2026-11-20",
    "2026-11-20T23:59:60Z", "2026-11-20T00:00:00+99:99", "1969-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "C-2026-000001", "c-2026-000001", "C-2026-0000000000000000000001", "R-2026-0001", "M-2026-0001", "A04", "E1001", "E2002", "dohyun.kim", "F-1", "U-1",
    "00000000-0000-0000-0000-000000000000", "A" * 21, "a" * 301, "a" * 7000, "가" * 300, "\u202e", "\u200b", "\ufeff", "\x00", "a\x00b", "\r\nX: y", "\x1b[31m", "👍", "é", "%", "_", "%25", "%00", "'", '"', "\\", "../", "..%2f", "//evil.example", "<script>",
    "' OR 1=1--", "{{7*7}}", "${x}", "=1+1", "confirm", "open", "all", "KRW", "ko", "priority", "200", "201", "10000000", "x,y,z", ",,,,",
    _cursor("opened_at", "2026-11-20T00:00:00+00:00", 5), _cursor("priority", 0.5, 5), _cursor("priority", 1e308, 2**63 - 1), _cursor("id", 1, 1), _cursor("x", None, None), _cursor("priority", "NaN", -5),
    _cursor("due_on", "not a day", 1), _cursor("listed", "x", 0), _cursor("listed", 5, 0), _cursor("transacted_at", "0001-01-01T00:00:00+00:00", 1), _cursor("username", "a" * 300, 1), _cursor("received_at", 10**18, 1), "=" * 8, "e" * 400, "e" * 401, "W10",
]
#: What pages are asked by.
PAGE_FILTERS = (
    "q", "from", "to", "min", "max", "page", "page_size", "cursor", "after", "before", "view", "state", "order", "month", "person", "merchant", "run", "file", "type", "band", "rule", "currency", "tag",
    "assignee", "department", "opened_from", "opened_to", "decided_in", "open_at", "at", "next", "back", "kind", "subject", "actor", "action", "line", "part", "days", "weeks", "against", "with", "compare", "format",
)
# fmt: on


def places() -> list[tuple[str, list[str]]]:
    """Every page, with `<…>` where a value goes, and what it may be asked by."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    import django

    django.setup()
    from django.urls import get_resolver

    from tests.routes import walk

    found = [
        (f"/{route}", list(PAGE_FILTERS))
        for route, _entry in walk(get_resolver().url_patterns)
        if "^" not in route
    ]
    return [
        (route, names) for route, names in found if not route.startswith(("/api/v1/", "/accounts/logout"))
    ]


def filters_of(described: dict[str, Any], method: str, address: str) -> list[str]:
    """Names a body could have: those of the operation, where the address is one as it stands in the description."""
    one = described["paths"].get(address, {}).get(method, {})
    content = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = content.get("$ref", "").rsplit("/", 1)[-1]
    return list(described["components"]["schemas"].get(name, {}).get("properties", {}))
