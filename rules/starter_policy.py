"""The card policy as shipped: numbered paragraphs that the starter rules cite, an example until the company adopts it.

A paragraph names no amount: limits are parameters with dates of their own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StarterParagraph:
    """`number`: article and paragraph, "4.2"."""

    number: str
    title_en: str
    title_ko: str
    text_en: str
    text_ko: str


STARTER_POLICY: tuple[StarterParagraph, ...] = (
    StarterParagraph(
        "1.1",
        "Purpose of the policy",
        "목적",
        "This policy says what the company's cards may be used for and how their use is shown.",
        "이 규정은 법인카드를 어디에 쓸 수 있고 그 사용을 어떻게 증명하는지 정한다.",
    ),
    StarterParagraph(
        "1.2",
        "Business use only",
        "업무 목적 사용",
        "The card pays for the company's business only. Whoever uses it can say what the business was.",
        "법인카드는 회사 업무에만 사용한다. 사용자는 그 업무 목적을 설명할 수 있어야 한다.",
    ),
    StarterParagraph(
        "1.3",
        "Benefits of the card",
        "카드 혜택",
        "Points, vouchers and refunds earned with the card belong to the company.",
        "법인카드 사용으로 생긴 포인트·상품권·환급금은 회사에 귀속한다.",
    ),
    StarterParagraph(
        "2.1",
        "Prohibited trades",
        "사용 제한 업종",
        "The card is not used at the trades the company has excluded, such as entertainment with hostesses, gambling and massage.",
        "유흥주점·도박·안마 등 회사가 사용을 제한한 업종에서는 법인카드를 사용하지 않는다.",
    ),
    StarterParagraph(
        "2.2",
        "Trades that need a reason",
        "사유가 필요한 업종",
        "At trades that serve private needs more often than business, the reason is written down when the claim is filed.",
        "사적 용도로 쓰이기 쉬운 업종에서 사용한 때에는 청구할 때 사유를 적는다.",
    ),
    StarterParagraph(
        "2.3",
        "Goods as good as cash",
        "환금성 물품",
        "Gift cards, precious metals and other goods that can be turned into cash are bought only with prior approval and a list of recipients.",
        "상품권·귀금속 등 현금으로 바꿀 수 있는 물품은 사전 승인을 받고 지급 명세를 갖춘 경우에만 구매한다.",
    ),
    StarterParagraph(
        "2.4",
        "Return of the card",
        "카드 반납",
        "Whoever leaves the company, or no longer needs the card for their work, returns it at once and does not use it any more.",
        "퇴직하거나 업무상 카드가 더 필요하지 않게 된 사람은 카드를 바로 반납하고 이후 사용하지 않는다.",
    ),
    StarterParagraph(
        "2.5",
        "Vehicles",
        "차량",
        "Fuel, parking and tolls are paid for vehicles used for business, and the vehicle is named.",
        "주유비·주차비·통행료는 업무용 차량에 한하여 결제하고 해당 차량을 밝힌다.",
    ),
    StarterParagraph(
        "2.6",
        "Shared cards",
        "공용 카드",
        "A shared card is signed out by the person who uses it, for the time of use.",
        "공용 카드는 사용자가 사용 기간을 기록하고 반출하여 사용한다.",
    ),
    StarterParagraph(
        "2.7",
        "Items that may not be bought",
        "구매 금지 품목",
        "Items the company has excluded are not bought with the card, whatever the trade of the merchant.",
        "회사가 구매를 금지한 품목은 가맹점 업종과 관계없이 법인카드로 구매하지 않는다.",
    ),
    StarterParagraph(
        "2.8",
        "Cash advances",
        "현금서비스",
        "The card is not used to draw cash or to take out a loan.",
        "법인카드로 현금서비스나 카드론을 이용하지 않는다.",
    ),
    StarterParagraph(
        "2.9",
        "Use by the holder only",
        "본인 사용",
        "Only the holder uses the card. It is not lent, and its number is not passed on.",
        "법인카드는 명의자 본인만 사용하며, 타인에게 빌려주거나 카드 번호를 알려 주지 않는다.",
    ),
    StarterParagraph(
        "3.1",
        "Use outside working hours",
        "근무시간 외 사용",
        "Use late at night or early in the morning needs a business reason.",
        "심야·새벽 시간에 사용한 때에는 업무상 사유가 있어야 한다.",
    ),
    StarterParagraph(
        "3.2",
        "Use on days off",
        "휴일 사용",
        "Use on weekends and holidays needs work ordered or approved for that day.",
        "주말·공휴일에 사용한 때에는 그날의 근무 지시나 승인이 있어야 한다.",
    ),
    StarterParagraph(
        "3.3",
        "Taxi after overtime",
        "야근 택시",
        "A taxi home is paid after overtime that is on record, and for the way home.",
        "귀가 택시비는 기록된 야근 후 귀가하는 경우에 한하여 인정한다.",
    ),
    StarterParagraph(
        "3.4",
        "Absence",
        "휴가·휴직 중 사용",
        "The card is not used during leave or absence, unless work was ordered.",
        "휴가·휴직 중에는 업무 지시가 있는 경우를 제외하고 법인카드를 사용하지 않는다.",
    ),
    StarterParagraph(
        "3.5",
        "Place of use",
        "사용 지역",
        "Use far from the place of work needs a trip or a business reason.",
        "근무지에서 멀리 떨어진 곳에서 사용한 때에는 출장이나 업무상 사유가 있어야 한다.",
    ),
    StarterParagraph(
        "3.6",
        "Use abroad",
        "해외 사용",
        "Use abroad, and payments to foreign merchants, need an approved trip or a prior approval.",
        "해외 사용과 해외 가맹점 결제는 승인된 출장이나 사전 승인이 있어야 한다.",
    ),
    StarterParagraph(
        "3.7",
        "Per diems",
        "일비",
        "What a per diem covers is not paid with the card as well.",
        "일비로 지급되는 비용은 법인카드로 중복하여 결제하지 않는다.",
    ),
    StarterParagraph(
        "4.1",
        "Limits",
        "한도",
        "A single payment stays within the limit of the holder's grade. What is above it needs approval beforehand.",
        "1회 사용 금액은 직급별 한도 이내로 하며, 한도를 넘는 금액은 사전에 승인을 받는다.",
    ),
    StarterParagraph(
        "4.2",
        "Meals",
        "식사",
        "A meal stays within the limit per head, and everybody who took part is named.",
        "식사비는 1인당 한도 이내로 하며 참석자를 모두 적는다.",
    ),
    StarterParagraph(
        "4.3",
        "Avoiding a limit",
        "한도 회피",
        "A payment is not split, moved to another day or shared among cards to stay within a limit.",
        "한도를 넘지 않도록 결제를 나누거나 다른 날 또는 다른 카드로 옮기지 않는다.",
    ),
    StarterParagraph(
        "4.4",
        "Prepayment",
        "선결제",
        "Nothing is paid ahead without a contract or an order that asks for it.",
        "계약이나 주문에서 정한 경우가 아니면 미리 결제하지 않는다.",
    ),
    StarterParagraph(
        "4.5",
        "Reasonable amounts",
        "적정 금액",
        "The amount fits the purpose and what is usual for it.",
        "사용 금액은 목적과 통상적인 수준에 맞아야 한다.",
    ),
    StarterParagraph(
        "4.6",
        "Unusual frequency",
        "이례적 사용 빈도",
        "Frequent use within a short time needs a business reason.",
        "짧은 기간에 자주 사용한 때에는 업무상 사유가 있어야 한다.",
    ),
    StarterParagraph(
        "4.7",
        "New merchants",
        "신규 거래처",
        "For larger payments to a merchant the company has not used before, the reason for choosing it is kept.",
        "처음 거래하는 가맹점에 큰 금액을 결제한 때에는 선정 사유를 남긴다.",
    ),
    StarterParagraph(
        "4.8",
        "Pre-approval",
        "사전 승인",
        "Where pre-approval is required it is obtained before paying, and the payment stays within what was approved.",
        "사전 승인이 필요한 경우 결제 전에 승인을 받고 승인 범위 안에서 사용한다.",
    ),
    StarterParagraph(
        "4.9",
        "Foreign currency",
        "외화 사용",
        "Payments in a foreign currency are claimed at the rate of the card statement.",
        "외화 결제는 카드 명세서의 환율에 따라 청구한다.",
    ),
    StarterParagraph(
        "4.10",
        "Change of what a card allows",
        "카드 조정",
        "The company may change a card's limit or stop the card where its use calls for it.",
        "회사는 사용 현황에 따라 카드 한도를 조정하거나 사용을 정지할 수 있다.",
    ),
    StarterParagraph(
        "4.11",
        "Limits by month",
        "월 사용 기준",
        "The sum of a month stays within the holder's monthly limit.",
        "월 사용 금액은 개인별 월 한도 이내로 한다.",
    ),
    StarterParagraph(
        "4.12",
        "Budget at the end of a period",
        "기간 말 예산 집행",
        "Budget is not spent at the end of a period merely because it is left over.",
        "기간 말에 남은 예산을 소진할 목적으로 사용하지 않는다.",
    ),
    StarterParagraph(
        "4.13",
        "Amounts made up",
        "금액 조작",
        "The amount claimed is the amount paid. It is not altered or made up with the merchant.",
        "청구 금액은 실제 결제 금액과 같아야 하며, 가맹점과 짜고 금액을 꾸미지 않는다.",
    ),
    StarterParagraph(
        "5.1",
        "Time to file",
        "청구 기한",
        "A claim is filed within the days the company has set after the payment.",
        "결제 후 회사가 정한 기한 안에 청구한다.",
    ),
    StarterParagraph(
        "5.2",
        "Receipts",
        "영수증",
        "Every claim has a receipt that shows merchant, day and amount.",
        "모든 청구에는 가맹점·일자·금액이 보이는 영수증을 첨부한다.",
    ),
    StarterParagraph(
        "5.3",
        "Itemised receipts",
        "품목별 영수증",
        "Where items were bought, the receipt lists them.",
        "물품을 구매한 때에는 품목이 적힌 영수증을 첨부한다.",
    ),
    StarterParagraph(
        "5.4",
        "Valid evidence",
        "유효한 증빙",
        "The merchant on the receipt is registered and in business on the day of the payment.",
        "영수증의 가맹점은 결제일에 사업자 등록이 유효하여야 한다.",
    ),
    StarterParagraph(
        "5.5",
        "One claim per payment",
        "중복 청구 금지",
        "A payment is claimed once, by one person and by one way.",
        "같은 결제는 한 사람이 한 가지 방법으로 한 번만 청구한다.",
    ),
    StarterParagraph(
        "5.6",
        "Purpose",
        "사용 목적 기재",
        "The purpose is written so that somebody who was not there understands it.",
        "사용 목적은 제3자가 이해할 수 있도록 구체적으로 적는다.",
    ),
    StarterParagraph(
        "5.7",
        "Refunds",
        "취소·환불 반납",
        "Money that comes back from a cancelled payment goes to the company, and the claim is corrected.",
        "결제가 취소·환불되면 그 금액을 회사에 반납하고 청구를 정정한다.",
    ),
    StarterParagraph(
        "5.8",
        "Private use",
        "사적 사용 반납",
        "Private use is reported without delay and repaid.",
        "사적으로 사용한 금액은 지체 없이 알리고 반납한다.",
    ),
    StarterParagraph(
        "5.9",
        "Accounts",
        "계정 처리",
        "A claim is booked to the account that fits what was bought.",
        "청구는 실제 사용 내용에 맞는 계정으로 처리한다.",
    ),
    StarterParagraph(
        "5.10",
        "VAT",
        "부가가치세",
        "Input VAT is deducted only where the law allows it.",
        "매입세액은 법에서 허용하는 경우에만 공제한다.",
    ),
    StarterParagraph(
        "5.11",
        "Qualified evidence",
        "적격 증빙",
        "Where the law asks for qualified evidence, it is kept as the law says.",
        "법에서 적격 증빙을 요구하는 경우 이를 갖추어 보관한다.",
    ),
    StarterParagraph(
        "5.12",
        "Guests",
        "참석자",
        "Guests are named with their organisation, as they were present.",
        "참석자는 실제 참석한 사람의 이름과 소속을 적는다.",
    ),
    StarterParagraph(
        "6.1",
        "Four eyes",
        "이중 확인",
        "Nobody approves their own claim, and two people do not approve each other's as a habit.",
        "본인의 청구를 스스로 승인하지 않으며, 서로의 청구를 관행적으로 승인하지 않는다.",
    ),
    StarterParagraph(
        "6.2",
        "Conflict of interest",
        "이해 상충",
        "Payments to merchants tied to the user or their family are disclosed before paying.",
        "본인이나 가족과 관계있는 가맹점에 결제하려면 사전에 그 사실을 알린다.",
    ),
    StarterParagraph(
        "6.3",
        "New cardholders",
        "신규 사용자",
        "New cardholders read this policy before they use the card.",
        "신규 사용자는 카드를 사용하기 전에 이 규정을 숙지한다.",
    ),
    StarterParagraph(
        "6.4",
        "Repeated breach",
        "반복 위반",
        "Whoever breaches this policy repeatedly may lose the card.",
        "이 규정을 반복하여 위반한 사람은 카드 사용이 제한될 수 있다.",
    ),
)
