"""Claims, their files, the people and merchants in them, and labels."""

from fraud.claims.models.access import AccessChange, AccessReview, RoleGrant
from fraud.claims.models.claims import (
    Claim,
    ClaimAlias,
    ClaimChange,
    ClaimFacts,
    ClaimFile,
    ClaimFileReject,
    ClaimSource,
    ClaimVersion,
    ImportProfile,
)
from fraud.claims.models.exemptions import ColumnExemption
from fraud.claims.models.labels import Label
from fraud.claims.models.money import EarlierLink, MoneyBackChoice
from fraud.claims.models.people import (
    Absence,
    Cardholder,
    Department,
    Merchant,
    OvertimeApproval,
    Position,
    PreApproval,
    Relative,
    Trip,
    User,
    Vehicle,
)
from fraud.claims.models.receipts import Receipt, ReceiptBand
from fraud.claims.models.tokens import ServiceToken
from fraud.claims.models.uploads import UploadInParts

__all__ = [
    "Absence",
    "AccessChange",
    "AccessReview",
    "Cardholder",
    "Claim",
    "ClaimAlias",
    "ClaimChange",
    "ClaimFacts",
    "ClaimFile",
    "ClaimFileReject",
    "ClaimSource",
    "ClaimVersion",
    "ColumnExemption",
    "Department",
    "EarlierLink",
    "ImportProfile",
    "Label",
    "Merchant",
    "MoneyBackChoice",
    "OvertimeApproval",
    "Position",
    "PreApproval",
    "Receipt",
    "ReceiptBand",
    "Relative",
    "RoleGrant",
    "ServiceToken",
    "Trip",
    "UploadInParts",
    "User",
    "Vehicle",
]
