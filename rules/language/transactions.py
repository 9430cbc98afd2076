"""The kinds of transaction, told once for rules, files, features and money alike."""

from __future__ import annotations

#: Kinds that pay.
PAYMENTS = ("purchase", "cash_advance")
#: Kinds that take back what was paid: stored negative, in whatever sign or column they are delivered.
MONEY_BACK = ("cancel", "partial_cancel", "refund", "chargeback")
#: Kinds that pay nothing: windows leave such claims out unless their condition asks for the kind.
NOT_SPENDING = (*MONEY_BACK, "decline")
KINDS = ("purchase", *MONEY_BACK, "cash_advance", "decline")
