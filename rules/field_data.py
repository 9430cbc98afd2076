"""The vocabulary's rows: name | type | unit | English label | Korean label | example | claim columns it needs."""

FIELD_ROWS = """
amount | money | | amount | 금액 | amount > 500,000 KRW | amount_minor currency
net_amount | money | | amount still gone after cancellations and refunds | 취소·환불 후 남은 금액 | sum(net_amount same cardholder within 7 days) > 500,000 KRW | amount_minor currency
original_amount | number | | amount in the original currency | 현지 통화 금액 | original_amount > 100 and original_currency = "USD" | original_minor original_currency
original_currency | code | | original currency | 현지 통화 | original_currency != currency | original_currency
fx_rate | number | | exchange rate applied (billed per unit of the original currency) | 적용 환율(현지 통화 1단위당 청구 통화) | fx_rate > 1400 and original_currency = "USD" | original_minor original_currency amount_minor
reference_rate | number | | reference exchange rate of that day | 당일 기준 환율 | abs(fx_rate - reference_rate) > 3% * reference_rate | reference_rate
first_digit | number | | first digit of the amount | 금액의 첫 자리 숫자 | count(same cardholder, first_digit within 365 days) >= 100 | amount_minor
first_digit_share | percent | | how often that first digit is usual (Benford) | 그 첫 자리 숫자의 통상 비율(벤퍼드) | first_digit_share < 5% | amount_minor
currency | code | | currency | 통화 | currency != "KRW" | currency
transacted_at | datetime | | time of the transaction | 거래 일시 | hour(transacted_at) in 22..5 | transacted_at
business_date | date | | business date (nights belong to the day before) | 업무 기준일(심야는 전날) | not is_business_day(business_date) | transacted_at has_time
has_time | yes_no | | time of day is known | 거래 시각 확인됨 | has_time | has_time
txn_type | code | | kind of transaction | 거래 구분 | txn_type = "cash_advance" | txn_type
entry_mode | code | | entry mode | 입력 방식 | entry_mode = "keyed" | entry_mode
installments | number | months | installments | 할부 개월 | installments >= 6 | installments
purpose_code | code | | purpose code | 사용 목적 코드 | purpose_code = "MEAL" | purpose_code
purpose_text | text | | purpose given | 사용 목적 내용 | length(purpose_text) < 5 | purpose_text
account_code | code | | account | 계정과목 | account_code = "WELFARE" | account_code
project_code | code | | project | 프로젝트 | project_code is missing | project_code
evidence_type | code | | kind of evidence | 증빙 유형 | evidence_type = "card_slip" | evidence_type
receipt_id | code | | receipt | 영수증 | receipt_id is missing | receipt_id
receipt.amount | money | | amount on the receipt | 영수증 금액 | receipt.amount != amount | receipt_amount currency
receipt.date | date | | date on the receipt | 영수증 날짜 | receipt.date != date(transacted_at) | receipt_date
receipt.brn | code | | business number on the receipt | 영수증 사업자번호 | receipt.brn != merchant.brn | receipt_brn
receipt.items | text | | items on the receipt | 영수증 품목 | receipt.items contains any @forbidden_items | receipt_items
receipt.number | number | | serial number of the receipt | 영수증 일련번호 | receipt.number - max(receipt.number same cardholder, merchant within 90 days before) in 1..3 | receipt_no
receipt.is_edited | yes_no | | receipt shows signs of editing | 영수증 편집 흔적 | receipt.is_edited | receipt_is_edited
receipt.hash | code | | file of the receipt (SHA-256) | 영수증 파일(SHA-256) | count(same cardholder, receipt.hash within 366 days) >= 2 | receipt_sha256
receipt.picture_hash | code | | picture of the receipt (perceptual hash) | 영수증 이미지(지각 해시) | receipt.picture_hash is missing | receipt_picture_hash
receipt.n_same | number | claims | other claims with the same receipt file before | 같은 영수증 파일이 먼저 제출된 다른 청구 수 | receipt.n_same >= 1 | receipt_n_same
receipt.n_alike | number | claims | other claims with the same receipt in another file before | 같은 영수증이 다른 파일로 먼저 제출된 다른 청구 수 | receipt.n_alike >= 1 | receipt_n_alike
authorization_code | code | | approval number | 승인번호 | authorization_code is missing | authorization_code
submitted_at | datetime | | time of the claim | 청구 일시 | submitted_at - transacted_at > 30 days | submitted_at
claim_approved_at | datetime | | time of the approval | 결재 일시 | claim_approved_at - submitted_at < 10 seconds | claim_approved_at
settled_at | datetime | | time of the settlement | 매입 일시 | settled_at - transacted_at > 10 days | settled_at
paid_at | datetime | | time of the payment | 지급 일시 | cancelled_at > paid_at | paid_at
cancelled_at | datetime | | time of the cancellation | 취소 일시 | cancelled_at is not missing | cancelled_at
cancel_amount | money | | cancelled amount | 취소 금액 | cancel_amount > 0 | cancel_minor currency
n_attendees | number | people | attendees | 참석 인원 | n_attendees >= 2 | n_attendees
n_external_attendees | number | people | attendees from outside the company | 외부 참석 인원 | n_external_attendees >= 1 | attendees
attendee_names | text | | names of the attendees | 참석자 명단 | count(same attendee_names within 30 days) >= 3 | attendees
attendee_orgs | text | | organisations of the attendees | 참석자 소속 | attendee_orgs contains "대학교" | attendees
attendee_org_types | text | | kinds of organisations of the attendees | 참석자 소속 유형 | attendee_org_types contains any @public_org_types | attendees
per_head | money | | amount per head | 1인당 금액 | per_head > $per_head_limit | amount_minor currency
pre_approval_id | code | | pre-approval | 사전 승인 번호 | pre_approval_id is missing | pre_approval_id
pre_approved_amount | money | | pre-approved amount | 사전 승인 금액 | amount > 1.1 * pre_approved_amount | pre_approved_minor currency
vat_amount | money | | VAT on the receipt | 부가세액 | vat_amount = 0 and amount > 0 | vat_minor currency
vat_claimed | money | | VAT claimed back | 매입세액 공제액 | vat_claimed > 0 | vat_claimed_minor currency
service_charge | money | | service charge | 봉사료 | service_charge > 25% * amount | service_minor currency
is_recurring | yes_no | | recurring payment | 정기 결제 | not is_recurring | is_recurring
repaid_on | date | | day of the repayment | 반납일 | repaid_on is missing and self_declared_personal | repaid_on
loyalty_id | code | | loyalty account credited | 적립 회원번호 | loyalty_id is not missing | loyalty_id
self_declared_personal | yes_no | | declared as personal by the cardholder | 본인 신고 사적 사용 | self_declared_personal | self_declared_personal
trip_id | code | | trip | 출장 번호 | trip_id is missing | trip_id
merchant.name | text | | merchant name | 가맹점명 | merchant.name contains any @bar_words | merchant_name
merchant.mcc | code | | merchant category (MCC) | 가맹점 업종코드(MCC) | merchant.mcc in @restricted_mcc | mcc
merchant.biz_type | text | | line of business | 업태 | merchant.biz_type contains any @restricted_words | biz_type
merchant.biz_item | text | | business item | 종목 | merchant.biz_item contains any @restricted_words | biz_item
merchant.brn | code | | merchant's business number | 사업자등록번호 | merchant.brn is missing | brn
merchant.ceo_name | text | | merchant's owner | 대표자명 | merchant.ceo_name in @related_persons | ceo_name
merchant.ceo_is_cardholder | yes_no | | owner has the cardholder's name | 대표자와 사용자 이름 같음 | merchant.ceo_is_cardholder | ceo_name
merchant.region | code | | merchant's region | 가맹점 지역 | merchant.region != cardholder.region | region
merchant.country | code | | merchant's country | 가맹점 국가 | merchant.country != "KR" | country
merchant.tax_type | code | | merchant's tax type | 과세 유형 | merchant.tax_type = "simplified" | tax_type
merchant.opened_on | date | | merchant's opening date | 개업일 | date(transacted_at) - merchant.opened_on < 30 days | merchant_opened_on
merchant.status | code | | merchant's registration status | 사업자 상태 | merchant.status = "closed" | merchant_status
merchant.status_on | date | | date of that status | 상태 변경일 | merchant.status_on < date(transacted_at) | merchant_status_on
cardholder.employee_no | code | | cardholder | 카드 사용자 사번 | cardholder.employee_no = approver.employee_no | employee_no
cardholder.name | text | | cardholder's name | 사용자 이름 | merchant.ceo_name similar to cardholder.name | cardholder_name
cardholder.warned_on | date | | day of the cardholder's last warning | 최근 주의·경고일 | date(transacted_at) - cardholder.warned_on < 365 days | warned_on
cardholder.grade | code | | cardholder's grade | 직급 | cardholder.grade = "G3" | grade
cardholder.department | code | | cardholder's department | 부서 | cardholder.department = "SALES1" | department_code
cardholder.job_family | code | | cardholder's job family | 직군 | cardholder.job_family = "field_sales" | job_family
cardholder.region | code | | cardholder's workplace | 근무 지역 | cardholder.region != merchant.region | workplace_region
cardholder.hired_on | date | | date of joining | 입사일 | date(transacted_at) < cardholder.hired_on | hired_on
cardholder.left_on | date | | date of leaving | 퇴사일 | date(transacted_at) > cardholder.left_on | left_on
card.kind | code | | kind of card | 카드 종류 | card.kind = "shared" | card_kind
card.status | code | | card status | 카드 상태 | card.status = "stopped" | card_status
card.user_no | code | | user entered for a shared card | 공용 카드 실사용자 사번 | card.kind = "shared" and card.user_no is missing | card_user_no
card.limit_raised_on | date | | day the card limit was raised | 카드 한도 상향일 | date(transacted_at) - card.limit_raised_on <= 3 days | card_limit_raised_on
card.limit | money | | card limit | 카드 한도 | amount > 90% * card.limit | card_limit_minor currency
approver.employee_no | code | | approver | 승인자 사번 | approver.employee_no is missing | approver_no
on_leave | yes_no | | on leave that day | 당일 휴가·휴직 | on_leave and not is_recurring | on_leave
is_badged_elsewhere | yes_no | | badge or network shows another place | 출입·접속 기록상 다른 장소 | is_badged_elsewhere | access_log
is_near_home | yes_no | | merchant near the cardholder's home | 자택 인근 가맹점 | is_near_home and not is_business_day | is_near_home
travel_kmh | number | km_h | speed needed since the previous payment | 직전 결제지에서의 이동 속도(km/h) | travel_kmh > 120 | merchant_position
on_trip | yes_no | | on a trip that day | 당일 출장 | not on_trip | on_trip
has_overtime | yes_no | | overtime approved | 초과근무 승인 | is_night and not has_overtime | has_overtime
has_vehicle | yes_no | | has a vehicle that day | 당일 배정 차량 있음 | merchant.mcc in @fuel_mcc and not has_vehicle | has_vehicle
is_outside_pre_approval | yes_no | | pre-approval names somebody else or other days | 사전 승인 범위 밖(다른 사람·다른 날·없는 번호) | or_no(is_outside_pre_approval) | is_outside_pre_approval
hour | number | hour | hour of day | 거래 시각(시) | hour in 22..5 | transacted_at has_time
weekday | number | weekday | weekday (1 = Monday) | 요일(1=월요일) | weekday in 6..7 | transacted_at
is_night | yes_no | | at night | 심야 | is_night and not has_overtime | transacted_at has_time
is_weekend | yes_no | | at the weekend | 주말 | is_weekend | transacted_at
is_holiday | yes_no | | on a public holiday | 공휴일 | is_holiday | transacted_at
is_business_day | yes_no | | on a business day | 영업일 | not is_business_day | transacted_at
n_claims_cardholder_1d | number | claims | cardholder's earlier claims in 1 day | 사용자의 최근 1일 청구 건수 | n_claims_cardholder_1d >= 5 | transacted_at
n_claims_cardholder_7d | number | claims | cardholder's earlier claims in 7 days | 사용자의 최근 7일 청구 건수 | n_claims_cardholder_7d >= 20 | transacted_at
n_claims_cardholder_30d | number | claims | cardholder's earlier claims in 30 days | 사용자의 최근 30일 청구 건수 | n_claims_cardholder_30d >= 60 | transacted_at
mean_amount_cardholder_30d | money | | cardholder's mean amount in 30 days | 사용자의 최근 30일 평균 금액 | amount > 5 * mean_amount_cardholder_30d | amount_minor currency transacted_at
n_claims_same_merchant_1d | number | claims | cardholder's earlier claims at this merchant in 1 day | 같은 가맹점 최근 1일 청구 건수 | n_claims_same_merchant_1d >= 2 | transacted_at
n_claims_same_merchant_30d | number | claims | cardholder's earlier claims at this merchant in 30 days | 같은 가맹점 최근 30일 청구 건수 | n_claims_same_merchant_30d >= 4 | transacted_at
n_claims_merchant_30d | number | claims | all earlier claims at this merchant in 30 days | 가맹점의 최근 30일 전체 청구 건수 | n_claims_merchant_30d <= 1 | transacted_at
amount_ratio_self_30d | number | | amount against the cardholder's 30-day mean | 본인 30일 평균 대비 금액 배수 | amount_ratio_self_30d > 5 | amount_minor transacted_at
amount_z_self | number | | deviation from the cardholder's usual amount | 본인 평소 금액 대비 편차 | amount_z_self > 3.5 | amount_minor transacted_at
amount_ratio_self_max | number | | amount against the cardholder's highest so far | 본인 과거 최고액 대비 배수 | amount_ratio_self_max > 2 | amount_minor transacted_at
amount_ratio_merchant_90d | number | | amount against the merchant's 90-day mean | 가맹점 90일 평균 대비 금액 배수 | amount_ratio_merchant_90d > 5 | amount_minor transacted_at
amount_z_peer | number | | deviation from department and category | 부서·업종 평소 금액 대비 편차 | amount_z_peer > 3.5 | amount_minor department_id mcc
mcc_share_peer | percent | | category's share of the department's claims | 부서 청구 중 해당 업종 비중 | mcc_share_peer < 1% | mcc department_id
is_first_at_merchant | yes_no | | cardholder's first claim at this merchant | 이 가맹점 첫 이용 | is_first_at_merchant | transacted_at
minutes_since_previous | number | minutes | minutes since the cardholder's previous claim | 직전 청구 이후 경과(분) | minutes_since_previous < 10 | transacted_at has_time
minutes_since_same_merchant | number | minutes | minutes since the previous claim at this merchant | 같은 가맹점 직전 청구 이후 경과(분) | minutes_since_same_merchant < 30 | transacted_at has_time
n_same_amount_30d | number | claims | cardholder's earlier claims of the same amount in 30 days | 같은 금액의 최근 30일 청구 건수 | n_same_amount_30d >= 2 | amount_minor transacted_at
n_repeated_3d | number | claims | earlier claims of the same cardholder, merchant and amount in 3 days | 동일 사용자·가맹점·금액의 최근 3일 청구 건수 | n_repeated_3d >= 1 | amount_minor transacted_at
days_to_submit | number | days | days from transaction to claim | 거래 후 청구까지 일수 | days_to_submit > 30 | transacted_at submitted_at
merchant_age_days | number | days | days since the merchant opened | 가맹점 개업 후 일수 | merchant_age_days < 30 | merchant_opened_on transacted_at
merchant_seen_days | number | days | days since the company first used the merchant | 회사의 가맹점 첫 이용 후 일수 | merchant_seen_days < 30 | transacted_at
is_round_amount | yes_no | | round amount | 끝자리가 떨어지는 금액 | is_round_amount | amount_minor currency
ratio_to_limit | percent | | amount against the card limit | 카드 한도 대비 금액 비율 | ratio_to_limit >= 90% | amount_minor card_limit_minor
ratio_to_pre_approved | percent | | amount against the pre-approved amount | 사전 승인액 대비 금액 비율 | ratio_to_pre_approved > 110% | amount_minor pre_approved_minor
days_since_hired | number | days | days since the cardholder joined | 입사 후 일수 | days_since_hired < 30 | hired_on transacted_at
n_merchants_cardholder_7d | number | merchants | merchants the cardholder used in 7 days | 사용자의 최근 7일 가맹점 수 | n_merchants_cardholder_7d >= 20 | transacted_at
velocity_ratio_cardholder | number | | claims of 1 day against the 30-day daily mean | 최근 1일 건수의 30일 일평균 대비 배수 | velocity_ratio_cardholder >= 3 | transacted_at
total_amount_cardholder_1d | money | | cardholder's earlier total in 1 day | 사용자의 최근 1일 합계 | total_amount_cardholder_1d > 500,000 KRW | amount_minor currency transacted_at
total_amount_cardholder_7d | money | | cardholder's earlier total in 7 days | 사용자의 최근 7일 합계 | total_amount_cardholder_7d > 2,000,000 KRW | amount_minor currency transacted_at
total_amount_cardholder_30d | money | | cardholder's earlier total in 30 days | 사용자의 최근 30일 합계 | total_amount_cardholder_30d > 5,000,000 KRW | amount_minor currency transacted_at
amount_ratio_usual | number | | amount against the cardholder's usual amount | 본인 평소 금액 대비 배수 | amount_ratio_usual > 5 | amount_minor transacted_at
max_ratio_usual_14d | number | | highest ratio to the usual amount in 14 days | 최근 14일 중 평소 대비 최고 배수 | max_ratio_usual_14d > 5 | amount_minor transacted_at
n_unusual_amount_14d | number | claims | claims of unusual amount in 14 days | 최근 14일의 이례적 금액 건수 | n_unusual_amount_14d >= 3 | amount_minor transacted_at
n_cardholders_merchant_30d | number | people | cardholders at the merchant in 30 days | 가맹점의 최근 30일 사용자 수 | n_cardholders_merchant_30d <= 1 | transacted_at
"""
