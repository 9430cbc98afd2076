"""What a claim's fields are called on pages, in both languages, in the order in which people look for them."""

from __future__ import annotations

# fmt: off
_LABELS = """
transacted_at | Date of the payment | 사용일(일시)
amount | Amount | 금액
currency | Currency | 통화
merchant_name | Merchant | 가맹점명
employee_no | Employee number | 사번
employee_name | Name of the cardholder | 카드 사용자 이름
card_number | Card (masked or last four) | 카드번호(가림 또는 뒤 네 자리)
authorization_code | Approval number | 승인번호
txn_type | Kind of transaction | 거래 구분
external_id | Id of the row in its system | 원천 시스템의 행 번호(ID)
claim_no | Claim or report number | 결의·보고서 번호
line_no | Line number | 행번호
version | Version of the row | 버전(차수)
supersedes | Row that this one corrects | 정정 전 행 번호
purpose_text | Purpose, description | 적요·사용 목적
purpose_code | Expense type | 용도(경비 항목)
account_code | Account | 계정과목
project_code | Project | 프로젝트
department_code | Department or cost centre, code | 부서(코스트센터) 코드
department_name | Department or cost centre, name | 부서(코스트센터) 이름
settled_at | Posted or settled on | 매입일
submitted_at | Claimed on | 청구일(상신일)
claim_approved_at | Approved on | 결재일
paid_at | Paid on | 지급일
cancelled_at | Cancelled on | 취소일
cancel_amount | Amount cancelled | 취소금액
vat | VAT | 부가세
vat_claimed | VAT reclaimed | 공제세액
service_charge | Service charge, tip | 봉사료
original_amount | Amount in the merchant's currency | 현지금액
original_currency | The merchant's currency | 현지통화
installments | Instalments | 할부개월
country | Country | 국가
merchant_no | Merchant number | 가맹점번호
brn | Business registration number | 사업자등록번호
mcc | Merchant category code (MCC) | 업종코드(MCC)
biz_type | Trade of the merchant | 업종(업태)
biz_item | Business item | 종목
ceo_name | Merchant's representative | 대표자
region | Address or place of the merchant | 가맹점 주소(지역)
tax_type | Tax type of the merchant | 과세유형
merchant_status | Business status of the merchant | 휴폐업
merchant_status_on | Business status as of | 휴폐업일
merchant_opened_on | Merchant opened on | 개업일
approver_no | Approver's employee number | 승인자 사번
grade | Grade | 직급
job_family | Job family | 직군
workplace_region | Place of work | 근무지
card_kind | Kind of card | 카드구분
card_status | Status of the card | 카드상태
card_limit | Card limit | 한도
entry_mode | Entry mode | 입력방식
pre_approval_id | Pre-approval | 사전승인번호
pre_approved_amount | Pre-approved amount | 사전승인금액
trip_no | Trip | 출장번호
evidence_type | Kind of evidence | 증빙구분
receipt_id | Receipt | 영수증번호
n_attendees | Number of attendees | 참석인원
attendees | Attendees | 참석자
is_recurring | Recurring | 정기결제
self_declared_personal | Declared personal | 개인사용
batch_id | Batch | 배치
"""
# fmt: on

#: field → (English, Korean); a column may be the time of a day that stands in another one, or be kept beside the claim.
FIELD_LABELS: dict[str, tuple[str, str]] = {
    name: (english, korean)
    for name, english, korean in (
        (part.strip() for part in line.split("|")) for line in _LABELS.strip().splitlines()
    )
}
SPECIAL_LABELS: dict[str, tuple[str, str]] = {
    "transacted_at:time": ("Time of the payment", "사용시각"),
    "extra": ("Keep beside the claim", "참고로 함께 보관"),
}


def field_label(name: str, language: str) -> str:
    """The label of a field in `ko` or `en`; a field without one is shown by its name."""
    both = FIELD_LABELS.get(name) or SPECIAL_LABELS.get(name)
    return both[1 if language == "ko" else 0] if both else name
