"""The case workflow as data: states, actions, who may do what from where, and the clocks."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    AWAITING_EXPLANATION = "awaiting_explanation"
    EXPLAINED = "explained"
    NO_RESPONSE = "no_response"
    PENDING_APPROVAL = "pending_approval"
    NOTIFIED = "notified"
    APPEALED = "appealed"
    RECOVERING = "recovering"
    CLOSED = "closed"
