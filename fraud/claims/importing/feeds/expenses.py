"""Exports of expense systems and ledgers; docs/presets.md says what was seen and where."""

from __future__ import annotations

from typing import Any

#: Columns of the detail lines that are read, by position.
_SAE = {
    "2": "Batch ID", "4": "Sequence Number", "5": "Employee ID", "6": "Employee Last Name", "10": "Employee Org Unit 1", "19": "Report ID",
    "22": "Reimbursement Currency", "24": "Report Submit Date", "26": "Report Payment Processing Date", "61": "Report Entry ID",
    "63": "Expense Type", "64": "Transaction Date", "65": "Entry Currency", "68": "Is Personal", "69": "Entry Description",
    "70": "Vendor Name", "71": "Vendor Description", "74": "Employee Attendees", "123": "Transaction Amount",
    "136": "Card Transaction ID", "143": "Card Posted Date", "145": "Card MCC", "146": "Card Merchant Name", "149": "Card Merchant Country",
    "167": "Journal Account Code", "168": "Journal Debit Or Credit", "169": "Journal Amount", "170": "Journal Key",
}  # fmt: skip

CONCUR_SAE: dict[str, Any] = {
    "source_system": "concur-sae",
    "encodings": ["utf-8", "cp1252"],
    "delimiter": "|",
    "quoting": "none",
    "records": {"format": "lines", "names": _SAE, "keep": "DETAIL", "counts": {"EXTRACT": "3"}},
    "columns": {
        # An entry that is allocated has several journal lines; each is a part of its amount.
        "external_id": {"compose": "{claim_no}/{receipt_id}/{line_no}"},
        "claim_no": ["Report ID"],
        "receipt_id": ["Report Entry ID"],
        "line_no": ["Journal Key"],
        "batch_id": ["Batch ID"],
        "employee_no": ["Employee ID"],
        "employee_name": ["Employee Last Name"],
        "department_code": ["Employee Org Unit 1"],
        "transacted_at": ["Transaction Date"],
        "settled_at": ["Card Posted Date"],
        "submitted_at": ["Report Submit Date"],
        "paid_at": ["Report Payment Processing Date"],
        "amount": ["Journal Amount"],
        "currency": ["Reimbursement Currency"],
        "original_amount": ["Transaction Amount"],
        "original_currency": ["Entry Currency"],
        "txn_type": {"from": ["Journal Debit Or Credit"], "values": {"DR": "purchase", "CR": "refund"}},
        "merchant_name": ["Card Merchant Name", "Vendor Description", "Vendor Name", "Expense Type"],
        "mcc": ["Card MCC"],
        "account_code": ["Journal Account Code"],
        "purpose_code": ["Expense Type"],
        "purpose_text": ["Entry Description"],
        "self_declared_personal": ["Is Personal"],
    },
    "extra": {"card_transaction": ["Card Transaction ID"]},
    "currency": {"default": "USD"},
    "amounts": {"zero_decimals": True},
    "dates": {"formats": ["iso", "%Y%m%d", "%m/%d/%Y"], "max_age_years": 5},
}

#: Line items as SAP's list displays export them (FBL3N and the like): decimal comma, dates with points, a leading sign column is left out.
SAP: dict[str, Any] = {
    "source_system": "sap",
    "encodings": ["utf-8", "cp1252", "cp949"],
    "delimiter": "\t",
    "columns": {
        "external_id": {"compose": "{claim_no}/{line_no}"},
        "claim_no": [
            "Document Number",
            "DocumentNo",
            "Document No",
            "Belegnr",
            "Belegnummer",
            "전표번호",
            "전표 번호",
        ],
        "line_no": ["Itm", "Item", "Line item", "Position", "Pos", "개별항목", "품목"],
        "transacted_at": ["Document Date", "Doc. Date", "Belegdatum", "증빙일"],
        "settled_at": ["Posting Date", "Pstng Date", "Buchungsdatum", "전기일"],
        "employee_no": [
            "Personnel Number",
            "Personnel No.",
            "Pers.No.",
            "Personalnummer",
            "사원번호",
            "Assignment",
            "Zuordnung",
        ],
        "employee_name": ["User Name", "Username", "Benutzername", "사용자 이름"],
        "department_code": ["Cost Center", "Cost Ctr", "Kostenstelle", "코스트 센터"],
        "account_code": ["G/L Account", "Account", "Sachkonto", "G/L 계정"],
        "amount": [
            "Amount in Local Currency",
            "Amount in local cur.",
            "Amt in loc.cur.",
            "Betrag in Hauswährung",
            "현지 통화 금액",
        ],
        "currency": ["Local Currency", "LCurr", "Hauswährung", "현지 통화"],
        "original_amount": ["Amount in Doc. Curr.", "Amount in DC", "Betrag in Belegwährung"],
        "original_currency": ["Document currency", "Curr.", "Belegwährung"],
        "merchant_name": ["Vendor Name", "Name 1", "Offsetting acct name", "Text", "Positionstext", "텍스트"],
        "purpose_text": ["Text", "Positionstext", "Document Header Text", "텍스트"],
        "project_code": ["WBS Element", "PSP-Element", "WBS 요소", "Order", "Auftrag"],
    },
    "extra": {
        "document_type": ["Document Type", "Ty", "Belegart", "전표 유형"],
        "posting_key": ["Posting Key", "PK", "Buchungsschlüssel"],
    },
    "currency": {"default": "EUR"},
    "amounts": {"decimal": ",", "thousands": "."},
    "dates": {"formats": ["%d.%m.%Y", "iso", "%Y%m%d", "%Y.%m.%d"], "max_age_years": 5},
}

#: Lines as Oracle Payables and its expense interface name them.
ORACLE: dict[str, Any] = {
    "source_system": "oracle",
    "encodings": ["utf-8", "cp1252", "cp949"],
    "columns": {
        "external_id": {"compose": "{claim_no}/{line_no}"},
        "claim_no": ["REPORT_NUMBER", "INVOICE_NUM", "Expense Report Number", "Invoice Number"],
        "line_no": ["DISTRIBUTION_LINE_NUMBER", "LINE_NUMBER", "Line Number", "Line"],
        "employee_no": ["EMPLOYEE_NUMBER", "PERSON_NUMBER", "Person Number", "Employee Number"],
        "employee_name": ["EMPLOYEE_NAME", "FULL_NAME", "Person Name"],
        "department_code": ["COST_CENTER", "Cost Center", "SEGMENT2"],
        "transacted_at": ["START_EXPENSE_DATE", "EXPENSE_DATE", "Expense Date", "TRANSACTION_DATE"],
        "settled_at": ["POSTED_DATE", "GL_DATE", "Accounting Date", "ACCOUNTING_DATE"],
        "submitted_at": ["REPORT_SUBMITTED_DATE", "Submitted Date"],
        "amount": ["AMOUNT", "REIMBURSABLE_AMOUNT", "Amount"],
        "currency": ["CURRENCY_CODE", "REIMBURSEMENT_CURRENCY_CODE", "Currency"],
        "original_amount": ["RECEIPT_CURRENCY_AMOUNT", "RECEIPT_AMOUNT"],
        "original_currency": ["RECEIPT_CURRENCY_CODE"],
        "merchant_name": ["MERCHANT_NAME", "Merchant Name", "VENDOR_NAME", "Supplier"],
        "mcc": ["SIC_CODE", "MERCHANT_CATEGORY_CODE"],
        "account_code": ["ACCOUNT", "SEGMENT3", "Natural Account"],
        "purpose_code": ["EXPENSE_TYPE", "ITEM_DESCRIPTION", "Expense Type"],
        "purpose_text": ["JUSTIFICATION", "DESCRIPTION", "Justification"],
        "project_code": ["PROJECT_NUMBER", "Project Number"],
        "n_attendees": ["NUMBER_ATTENDEES"],
        "attendees": ["ATTENDEES"],
    },
    "currency": {"default": "USD"},
    "dates": {"formats": ["iso", "%m/%d/%Y", "%Y/%m/%d"], "max_age_years": 5},
}

EXPENSIFY: dict[str, Any] = {
    "source_system": "expensify",
    "columns": {
        "transacted_at": ["Date", "Timestamp"],
        "merchant_name": ["Merchant"],
        "amount": ["Amount"],
        "currency": ["Currency", "Original Currency"],
        "original_amount": ["Original Amount"],
        "employee_no": ["From", "Employee ID", "Submitted By", "Email"],
        "approver_no": ["To", "Approver"],
        "mcc": ["MCC"],
        "purpose_code": ["Category"],
        "project_code": ["Tag"],
        "purpose_text": ["Description", "Comment"],
        "vat": ["Tax", "Tax amount"],
        "receipt_id": ["Receipt URL", "Receipt"],
    },
    "extra": {"type": ["Type"], "reimbursable": ["Reimbursable"], "gl_code": ["Category GL code"]},
    "identity": [
        "transacted_at",
        "employee_no",
        "merchant_name",
        "amount",
        "currency",
        "purpose_code",
        "purpose_text",
    ],
    "currency": {"default": "USD"},
    "dates": {"formats": ["iso", "%m/%d/%Y"], "max_age_years": 5},
}

RAMP: dict[str, Any] = {
    "source_system": "ramp",
    "columns": {
        "external_id": ["External ID", "Transaction ID", "id"],
        "transacted_at": ["Transaction Time", "Transaction Date"],
        "settled_at": ["Clearing Time", "Clearing Date"],
        "amount": ["Amount"],
        "txn_type": {
            "from": ["Transaction Type", "State", "Status"],
            "values": {
                "PENDING": "purchase",
                "COMPLETION": "purchase",
                "ERROR": "decline",
                "card transaction": "purchase",
            },
        },
        "currency": ["Currency", "Currency Code"],
        "merchant_name": ["Merchant Name", "Merchant Description"],
        "region": ["Merchant City"],
        "card_number": ["Card Last 4"],
        "employee_no": {"from": ["Employee ID", "User Email", "User"], "compose": "card-{card_last4}"},
        "employee_name": ["User"],
        "department_name": ["Ramp Department", "Department"],
        "purpose_code": ["Ramp Category", "Category"],
        "account_code": ["Accounting Category Code", "Accounting Category"],
        "purpose_text": ["Memo"],
    },
    "extra": {"card": ["Card Display Name"], "location": ["Ramp Location"], "receipt": ["Has Receipt"]},
    "currency": {"default": "USD"},
    "dates": {"formats": ["iso", "%m/%d/%y", "%m/%d/%Y"], "max_age_years": 5},
}

BREX: dict[str, Any] = {
    "source_system": "brex",
    "zone": "UTC",
    "columns": {
        "external_id": ["Id", "Transaction ID", "Expense ID"],
        "transacted_at": ["Swipe Date (UTC)", "Transaction Date", "Purchase date"],
        "settled_at": ["Posted Date", "Posted Date (UTC)"],
        # A payment of the company to Brex stands among the transactions; it is no claim.
        "batch_id": ["Type"],
        "txn_type": {
            "from": ["Type", "Status"],
            "values": {
                **dict.fromkeys(
                    ("transaction", "card", "expense", "card transaction", "card expense", "card purchase"),
                    "purchase",
                ),
                **dict.fromkeys(("card refund", "merchant refund"), "refund"),
                "pending": "purchase",
            },
        },
        "amount": ["Amount"],
        "currency": ["Currency", "Currency Code"],
        "merchant_name": ["Merchant Name", "Merchant", "Statement Descriptor"],
        "card_number": ["Last 4", "Card Last 4"],
        "employee_no": {"from": ["Employee ID", "User Email", "User"], "compose": "card-{card_last4}"},
        "employee_name": ["User"],
        "department_name": ["Department"],
        "purpose_code": ["Brex Category", "Category"],
        "account_code": ["Integration Category", "GL Account"],
        "purpose_text": ["Memo"],
    },
    "extra": {"location": ["Location"], "source": ["Transaction Source"]},
    "row_filters": [
        {
            "code": "other_row",
            "column": "batch_id",
            "unless": r"(?i)^\s*(transaction|card|expense|refund|purchase|merchant refund|charge-?back)",
        }
    ],
    "currency": {"default": "USD"},
    "dates": {"formats": ["iso", "%m/%d/%Y"], "max_age_years": 5},
}

ZOHO: dict[str, Any] = {
    "source_system": "zoho",
    "columns": {
        "external_id": ["Expense Item ID", "Expense ID", "Expense Reference ID", "Entry Number"],
        "claim_no": ["Report Number", "Report ID"],
        "transacted_at": ["Expense Date", "Date"],
        "submitted_at": ["Submitted Date", "Report Submitted On"],
        "claim_approved_at": ["Approved Date", "Report Approved On"],
        "employee_no": ["Employee Number", "Employee ID", "Submitter Email", "Email", "User Email"],
        "employee_name": ["Employee Name", "Submitter Name", "User Name"],
        "department_name": ["Department", "Department Name"],
        "amount": ["Total", "Expense Amount", "Amount", "Expense Total Amount (in Reimbursement Currency)"],
        "currency": ["Currency Code", "Currency"],
        "vat": ["Tax Amount"],
        "merchant_name": ["Merchant Name", "Merchant", "Vendor"],
        "purpose_code": ["Category Name", "Expense Category", "Category"],
        "account_code": ["Account Code", "Category Account Code", "GL Code"],
        "purpose_text": ["Expense Description", "Description"],
        "project_code": ["Project Name", "Project"],
        "approver_no": ["Approver Email", "Approver"],
    },
    "extra": {"report": ["Report Name"], "paid_through": ["Paid Through", "Payment Mode"]},
    "currency": {"default": "USD"},
    "dates": {"formats": ["iso", "%m/%d/%Y", "%d.%m.%Y"], "max_age_years": 5},
}

PRESETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "concur-sae": ("Concur standard accounting extract", "Concur 표준 회계 추출(SAE)", CONCUR_SAE),
    "sap": ("SAP line items", "SAP 개별 항목", SAP),
    "oracle": ("Oracle expense lines", "Oracle 경비 라인", ORACLE),
    "expensify": ("Expensify CSV", "Expensify 내보내기(CSV)", EXPENSIFY),
    "ramp": ("Ramp CSV", "Ramp 내보내기(CSV)", RAMP),
    "brex": ("Brex CSV", "Brex 내보내기(CSV)", BREX),
    "zoho": ("Zoho Expense CSV", "Zoho Expense 내보내기(CSV)", ZOHO),
}
