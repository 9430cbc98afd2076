"""The texts of all mails as they are shipped, in both languages. What a company made of them: `mail_texts`."""

from __future__ import annotations

from cases.services.notice_defaults import NOTICES

# name → language → (subject, body). Placeholders are filled from `_facts` of `mails`.
# fmt: off
_OF_CASES: dict[str, dict[str, tuple[str, str]]] = {
    "case.assigned": {
        "en": ("Case {reference} is yours", "Case {reference} was assigned to you.\n\n{case_link}"),
        "ko": ("{reference} 건이 배정되었습니다", "{reference} 건이 배정되었습니다.\n\n{case_link}"),
    },
    "explanation.requested": {
        "en": (
            "Please explain a card payment by {due_on}",
            "{text}\n\nAnswer here (by {due_on}):\n{request_link}",
        ),
        "ko": (
            "{due_on}까지 카드 사용 소명을 부탁드립니다",
            "{text}\n\n소명 화면(기한 {due_on}):\n{request_link}",
        ),
    },
    "explanation.reminder": {
        "en": (
            "Reminder: your explanation is due on {due_on}",
            "You were asked to explain a card payment ({request}). The answer is due on {due_on}.\n\n{request_link}",
        ),
        "ko": (
            "알림: 소명 기한이 {due_on}입니다",
            "카드 사용 소명 요청({request})의 답변 기한은 {due_on}입니다.\n\n{request_link}",
        ),
    },
    "explanation.overdue": {
        "en": (
            "An explanation of your team is overdue",
            "{name} has not answered a request about a card payment ({request}); it was due on {due_on}. "
            "You may answer on their behalf.\n\n{request_link}",
        ),
        "ko": (
            "부서원의 소명이 지연되고 있습니다",
            "{name} 님이 카드 사용 소명 요청({request})에 답변하지 않았습니다. 기한은 {due_on}이었습니다. "
            "부서장이 대신 답변할 수 있습니다.\n\n{request_link}",
        ),
    },
    "explanation.extended": {
        "en": ("You have until {due_on}", "The deadline of request {request} is now {due_on}.\n\n{request_link}"),
        "ko": (
            "소명 기한이 {due_on}로 연장되었습니다",
            "요청 {request}의 답변 기한이 {due_on}로 연장되었습니다.\n\n{request_link}",
        ),
    },
    "explanation.withdrawn": {
        "en": ("No explanation needed any more", "Request {request} was withdrawn. You need not answer it."),
        "ko": ("소명 요청이 철회되었습니다", "요청 {request}이(가) 철회되었습니다. 답변하지 않으셔도 됩니다."),
    },
    "explanation.received": {
        "en": ("Case {reference}: an answer has arrived", "An answer has arrived for case {reference}.\n\n{case_link}"),
        "ko": ("{reference} 건에 소명이 접수되었습니다", "{reference} 건에 소명이 접수되었습니다.\n\n{case_link}"),
    },
    "extension.asked": {
        "en": (
            "Case {reference}: more time is asked for",
            "The cardholder asks for more time in case {reference}.\n\n{case_link}",
        ),
        "ko": (
            "{reference} 건에 기한 연장 요청이 있습니다",
            "카드 사용자가 {reference} 건의 기한 연장을 요청했습니다.\n\n{case_link}",
        ),
    },
    "decision.notified": {
        "en": (
            "Decision on your card payment ({reference})",
            "Result: {outcome}\n{amount_line}{clause_line}{message_line}\n"
            "You may accept it or appeal with new facts until {due_on}. If you do neither, it takes effect then.\n\n"
            "{notice_link}",
        ),
        "ko": (
            "카드 사용 검토 결과 안내({reference})",
            "결과: {outcome}\n{amount_line}{clause_line}{message_line}\n"
            "{due_on}까지 수용하거나 새로운 사실과 함께 이의를 신청할 수 있습니다. 기한까지 응답이 없으면 결과가 확정됩니다.\n\n"
            "{notice_link}",
        ),
    },
    "decision.cleared": {
        "en": (
            "Your card payment is settled ({reference})",
            "The review of your card payment has ended. Nothing further is needed.\n\n{notice_link}",
        ),
        "ko": (
            "카드 사용 검토가 종료되었습니다({reference})",
            "카드 사용 검토가 종료되었습니다. 추가로 하실 일은 없습니다.\n\n{notice_link}",
        ),
    },
    "appeal.received": {
        "en": ("Case {reference}: an appeal has arrived", "An appeal against the decision in case {reference} has arrived.\n\n{case_link}"),
        "ko": ("{reference} 건에 이의신청이 접수되었습니다", "{reference} 건의 결정에 이의신청이 접수되었습니다.\n\n{case_link}"),
    },
    "appeal.decided": {
        "en": ("Your appeal was decided ({reference})", "Result: {result}\n{amount_line}{message_line}\n{notice_link}"),
        "ko": ("이의신청 결과 안내({reference})", "결과: {result}\n{amount_line}{message_line}\n{notice_link}"),
    },
    "case.claim_changed": {
        "en": (
            "A card payment of your case has changed ({reference})",
            "The card company or your claim brought a change for the payment at {merchant}. {stake_line}\n\n{notice_link}",
        ),
        "ko": (
            "안내드린 카드 사용 내역이 변경되었습니다({reference})",
            "{merchant} 결제 내역이 취소 또는 정정되었습니다. {stake_line}\n\n{notice_link}",
        ),
    },
    "case.claim_left": {
        "en": (
            "A card payment is not part of your case any more ({reference})",
            "A payment of this case turned out not to be yours and is not part of it any more. {stake_line}\n\n{notice_link}",
        ),
        "ko": (
            "카드 사용 한 건이 대상에서 제외되었습니다({reference})",
            "안내드린 결제 중 하나가 본인의 것이 아닌 것으로 확인되어 대상에서 제외되었습니다. {stake_line}\n\n{notice_link}",
        ),
    },
    "case.not_theirs": {
        "en": (
            "Nothing is asked of you any more ({reference})",
            "The payments of this case turned out not to be yours. The case has ended, and what was decided in it does not hold. {appeal_line}{owed_line}",
        ),
        "ko": (
            "확인 요청이 종료되었습니다({reference})",
            "안내드린 결제가 본인의 것이 아닌 것으로 확인되었습니다. 건은 종료되었고 결정은 효력이 없습니다. {appeal_line}{owed_line}",
        ),
    },
    "deadline.moved": {
        "en": (
            "You have until {due_on} ({reference})",
            "A day off was added to the company's calendar. Your deadline in case {reference} is now {due_on}.\n\n{notice_link}",
        ),
        "ko": (
            "기한이 {due_on}로 연장되었습니다({reference})",
            "휴일이 추가되어 {reference} 건의 기한이 {due_on}로 연장되었습니다.\n\n{notice_link}",
        ),
    },
    "recovery.reminder": {
        "en": (
            "Repayment outstanding ({reference})",
            "{amount} is still to be repaid, due on {due_on}.\n\n{notice_link}",
        ),
        "ko": (
            "반납 안내({reference})",
            "남은 반납액은 {amount}이며 기한은 {due_on}입니다.\n\n{notice_link}",
        ),
    },
    "recovery.closed": {
        "en": ("Repayment complete ({reference})", "The repayment is complete. Nothing further is needed.\n{owed_line}"),
        "ko": ("반납이 완료되었습니다({reference})", "반납이 완료되었습니다. 추가로 하실 일은 없습니다.\n{owed_line}"),
    },
    "recovery.waived": {
        "en": ("Nothing more is to be repaid ({reference})", "The company does not ask for the rest of the repayment any more. Nothing further is needed.\n{owed_line}\n{notice_link}"),
        "ko": ("남은 반납액이 면제되었습니다({reference})", "회사는 남은 반납액을 더 이상 청구하지 않습니다. 추가로 하실 일은 없습니다.\n{owed_line}\n{notice_link}"),
    },
    "recovery.resumed": {
        "en": (
            "Repayment is asked for again ({reference})",
            "The payments behind your repayment were corrected, and money is missing again. {amount} is to be repaid, due on {due_on}. {parts_line}{uncovered_line}\n\n{notice_link}",
        ),
        "ko": (
            "반납이 다시 시작되었습니다({reference})",
            "결제 내역이 정정되어 반납할 금액이 다시 생겼습니다. 남은 반납액은 {amount}이며 기한은 {due_on}입니다. {parts_line}{uncovered_line}\n\n{notice_link}",
        ),
    },
    "recovery.bounced": {
        "en": (
            "A repayment was taken back ({reference})",
            "A repayment that had been booked was taken back. {amount} is to be repaid, due on {due_on}. {parts_line}{uncovered_line}\n\n{notice_link}",
        ),
        "ko": (
            "반납하신 금액이 취소되었습니다({reference})",
            "반납으로 처리되었던 금액이 취소되었습니다. 남은 반납액은 {amount}이며 기한은 {due_on}입니다. {parts_line}{uncovered_line}\n\n{notice_link}",
        ),
    },
    "recovery.given_back": {
        "en": (
            "Money was given back to you ({reference})",
            "{amount}, which had come back beyond what was due, was given back to you on {given_on}. {still_line}\n\n{notice_link}",
        ),
        "ko": (
            "초과 반납액을 돌려드렸습니다({reference})",
            "초과 반납액 {amount}을 {given_on}에 돌려드렸습니다. {still_line}\n\n{notice_link}",
        ),
    },
    "recovery.not_given_back": {
        "en": (
            "Money has not been given back to you yet ({reference})",
            "The record that {amount} was given back to you was a mistake and was corrected. {owed_line}\n\n{notice_link}",
        ),
        "ko": (
            "초과 반납액을 아직 돌려드리지 않았습니다({reference})",
            "{amount}을 돌려드렸다는 기록이 잘못되어 바로잡았습니다. {owed_line}\n\n{notice_link}",
        ),
    },
    "recovery.owed": {
        "en": (
            "What is owed to you has changed ({reference})",
            "The payments behind your repayment have changed. {owed_line}\n\n{notice_link}",
        ),
        "ko": (
            "돌려드릴 금액이 변경되었습니다({reference})",
            "반납하신 결제의 내역이 변경되었습니다. {owed_line}\n\n{notice_link}",
        ),
    },
    "recovery.owed_anew": {
        "en": (
            "What is owed to you has changed ({reference})",
            "The payments behind your repayment were decided anew in case {other}. {owed_line}\n\n{notice_link}",
        ),
        "ko": (
            "돌려드릴 금액이 변경되었습니다({reference})",
            "반납하신 결제를 {other} 건에서 다시 결정했습니다. {owed_line}\n\n{notice_link}",
        ),
    },
}
# fmt: on
MAILS = {**_OF_CASES, **NOTICES}
