"""What the interface sends, as JSON: moments by the company's clock, whichever way they were put into an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class CompanyEncoder(JSONEncoder):
    """As the framework's, whose fields say 2026-11-20T10:00:00+09:00; a bare moment says the same instead of 01:00:00Z."""

    def default(self, obj: Any) -> Any:
        """What JSON has no word for."""
        is_moment = isinstance(obj, datetime) and timezone.is_aware(obj)
        return super().default(timezone.localtime(obj) if is_moment else obj)


class CompanyJSONRenderer(JSONRenderer):
    encoder_class = CompanyEncoder
