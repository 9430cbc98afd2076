"""The card networks' commercial formats; their readers are in `reading/feeds`."""

from __future__ import annotations

from typing import Any

VCF4: dict[str, Any] = {
    "source_system": "vcf4",
    "encodings": ["utf-8", "cp1252"],
    "delimiter": "\t",
    "quoting": "none",
    "records": {"format": "vcf4"},
    "columns": {
        "transacted_at": ["transaction date"],
        "settled_at": ["posting date"],
        "card_number": ["account"],
        "employee_no": {"compose": "card-{card_last4}"},
        "claim_no": ["transaction reference number"],
        "line_no": ["sequence number"],
        "merchant_name": ["supplier name"],
        "region": ["supplier city"],
        "mcc": ["mcc"],
        "amount": ["billing amount"],
        "currency": ["billing currency"],
        "original_amount": ["source amount"],
        "original_currency": ["source currency"],
        "txn_type": {"from": ["transaction type"], "values": {"debit": "purchase", "credit": "refund"}},
    },
    "identity": [
        "transacted_at",
        "card_number",
        "claim_no",
        "merchant_name",
        "amount",
        "currency",
        "txn_type",
    ],
    "currency": {"default": "USD"},
    "dates": {"formats": ["%m%d%Y"], "max_age_years": 5},
}

CDF3: dict[str, Any] = {
    "source_system": "cdf3",
    "records": {"format": "cdf3"},
    "columns": {
        "external_id": {"compose": "{receipt_id}/{claim_no}"},
        "receipt_id": ["ProcessorTransactionId"],
        "claim_no": ["MasterCardFinancialTransactionId"],
        "transacted_at": ["TransactionDate"],
        "settled_at": ["PostingDate"],
        "authorization_code": ["ApprovalCode"],
        "card_number": ["AccountNumber"],
        "employee_no": {"from": ["EmployeeId"], "compose": "card-{card_last4}"},
        "employee_name": ["NameLine1"],
        "department_code": ["CostCenter"],
        "merchant_name": ["CardAcceptorName"],
        "merchant_no": ["CardAcceptorId"],
        "region": ["CardAcceptorCity"],
        "mcc": ["CardAcceptorBusinessCode"],
        "amount": ["AmountInPostedCurrency"],
        "currency": ["PostedCurrencyCode"],
        "original_amount": ["AmountInOriginalCurrency"],
        "original_currency": ["OriginalCurrencyCode"],
        "vat": ["TotalTaxAmount"],
        "txn_type": {"from": ["Kind"], "values": {"D": "purchase", "C": "refund"}},
    },
    "currency": {"default": "USD"},
    "amounts": {"zero_decimals": True},
    "dates": {"formats": ["iso"], "max_age_years": 5},
}

PRESETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "vcf4": ("Visa Commercial Format 4", "Visa 상용 형식(VCF 4)", VCF4),
    "cdf3": ("Mastercard Common Data Format 3", "Mastercard 공통 데이터 형식(CDF 3)", CDF3),
}
