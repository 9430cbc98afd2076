"""An amount as the interface tells it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rules.money import to_decimal


class Money(serializers.Serializer):
    """An amount in whole minor units and as a decimal text, with its currency."""

    minor = serializers.IntegerField()
    amount = serializers.CharField()
    currency = serializers.CharField()


def money(minor: int | None, currency: str) -> dict[str, Any] | None:
    """The JSON of an amount, or None for an unknown one."""
    if minor is None:
        return None
    return {"minor": minor, "amount": str(to_decimal(minor, currency)), "currency": currency}
