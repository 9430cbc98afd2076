"""Models of cases, explanations, decisions, recovery and the outbox."""

from cases.models.cases import BLIND, Alert, Case, CaseCheck, CaseLink, CaseNote, CaseTag, SavedView, Tip
from cases.models.decisions import Appeal, Decision
from cases.models.explanations import AppealDraft, Evidence, Explanation, ExplanationDraft, ExplanationRequest
from cases.models.held_back import HeldBack
from cases.models.mail_texts import MailText
from cases.models.outbox import IdempotencyRecord, OutboxMessage
from cases.models.recovery import Consent, Recovery, RecoveryPosting
from cases.models.rings import LastRing
from cases.models.statements import StatementEntry, StatementFile, StatementProfile
from cases.models.webhooks import Webhook, WebhookMessage
from cases.models.work import Notice, NoticeChoice, WorkProfile

__all__ = [
    "BLIND",
    "Alert",
    "Appeal",
    "AppealDraft",
    "Case",
    "CaseCheck",
    "CaseLink",
    "CaseNote",
    "CaseTag",
    "Consent",
    "Decision",
    "Evidence",
    "Explanation",
    "ExplanationDraft",
    "ExplanationRequest",
    "HeldBack",
    "IdempotencyRecord",
    "LastRing",
    "MailText",
    "Notice",
    "NoticeChoice",
    "OutboxMessage",
    "Recovery",
    "RecoveryPosting",
    "SavedView",
    "StatementEntry",
    "StatementFile",
    "StatementProfile",
    "Tip",
    "Webhook",
    "WebhookMessage",
    "WorkProfile",
]
