"""A small file of our own making for every preset, with what must become of its rows, counted by hand.

Every file holds an ordinary payment, money that comes back where the format can say so, and a row that must be refused.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from tests.fraud.claims.importing.files import workbook_bytes


@dataclass(frozen=True)
class PresetFile:
    """`counts`: rows, accepted, duplicate, superseding, rejected. `sums`: accepted amounts in minor units a currency."""

    preset: str
    name: str
    content: bytes
    counts: tuple[int, int, int, int, int]
    sums: dict[str, int] = field(default_factory=dict)
    codes: tuple[str, ...] = ()


def _csv(head: str, *rows: str, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Rows written with bars, which no value holds."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerows(line.split("|") for line in (head, *rows))
    return out.getvalue().encode(encoding)


def _sheet(titles: int, head: str, *rows: str) -> bytes:
    return workbook_bytes([["조회 결과"]] * titles + [line.split("|") for line in (head, *rows)])


def _lines(*rows: dict[int, str], width: int, separator: str, first: str = "") -> str:
    """Lines without a header: position (first = 1) → value."""
    lines = [separator.join(row.get(n, "") for n in range(1, width + 1)) for row in rows]
    return "\n".join(([first] if first else []) + lines) + "\n"


def _korean() -> list[PresetFile]:
    return [
        PresetFile(
            "codef", "codef.csv",
            _csv(
                "resUsedDate|resUsedTime|resCardNo|resMemberStoreName|resMemberStoreCorpNo|resUsedAmount|resApprovalNo|resInstallmentMonth|resAccountCurrency|resCancelYN|resCancelAmount|resCancelDate",
                "20261102|123000|****1234|한빛식당|1234567891|12000|30000001|00|KRW|0||",
                "20261102|193000|****1234|미래문구|1234567891|50000|30000002|00|KRW|2|20000|20261103",
                "20261103|091500|****1234|서울택시|1234567891|8000|30000003|00|KRW|9||",
            ),
            (3, 2, 0, 0, 1), {"KRW": 62_000}, ("choice_unknown",),
        ),
        PresetFile(
            "barobill", "barobill.csv",
            _csv(
                "UseKey|UseDT|CardNum|CardApprovalType|CardApprovalNum|Amount|Tax|ServiceCharge|TotalAmount|UseStoreNum|UseStoreName|InstallmentMonths|CurrencyCode",
                "K1|20261102123000|****1234|승인|20000001|45455|4545|0|50000|90001|미래문구||KRW",
                "K2|20261104101500|****1234|부분취소|20000001|18182|1818|0|20000|90001|미래문구||KRW",
                "K3|20261105101500|****1234|승인|20000002|9091|909|0|10,00|90001|한빛식당||KRW",
                "K1|20261102123000|****1234|승인|20000001|45455|4545|0|50000|90001|미래문구||KRW",
            ),
            (4, 2, 1, 0, 1), {"KRW": 30_000}, ("amount_ambiguous",),
        ),
        PresetFile(
            "popbill", "popbill.csv",
            _csv(
                "ntsconfirmNum|writeDate|issueDate|sendDate|taxType|purposeType|supplyCostTotal|taxTotal|totalAmount|remark1|invoiceType|modifyYN|orgNTSConfirmNum|invoicerCorpNum|invoicerCorpName|invoicerCEOName|itemName",
                "2026110241000000000000a1|20261102|20261102|20261103|과세|영수|100000|10000|110000||BUY|N||1234567891|미래문구|홍길동|복사용지",
                "2026110541000000000000a2|20261105|20261105|20261106|과세|영수|-100000|-10000|-110000|반품|BUY|Y|2026110241000000000000a1|1234567891|미래문구|홍길동|복사용지",
                "2026110641000000000000a3|20261306|20261106|20261107|과세|영수|5000|500|5500||BUY|N||1234567891|한빛식당|김철수|식대",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("date_not_valid",),
        ),
        PresetFile(
            "popbill-cash", "popbill-cash.csv",
            _csv(
                "ntsconfirmNum|tradeDate|tradeDT|tradeType|tradeUsage|totalAmount|supplyCost|tax|serviceFee|invoiceType|franchiseCorpNum|franchiseCorpName|customerName",
                "G21000001|20261102|20261102123000|승인거래|지출증빙용|11000|10000|1000|0|BUY|1234567891|한빛식당|김도현",
                "G21000002|20261103|20261103090000|취소거래|지출증빙용|11000|10000|1000|0|BUY|1234567891|한빛식당|김도현",
                "G21000003|20261103|20261103090000|승인거래|지출증빙용||10000|1000|0|BUY|1234567891|미래문구|김도현",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("value_missing",),
        ),
        PresetFile(
            "hometax-card", "hometax-card.xlsx",
            _sheet(
                2, "승인일자|카드사|카드번호|승인번호|가맹점사업자번호|가맹점명|공급가액|세액|봉사료|합계|가맹점유형|업태|업종|공제여부결정|비고",
                "2026-11-02|신한카드|1234-****-****-5678|21000001|123-45-67891|한빛식당|10,910|1,090|0|12,000|일반과세자|음식점업|한식|공제|",
                "2026-11-03|신한카드|1234-****-****-5678|21000002|123-45-67891|미래문구|-4,546|-454|0|-5,000|일반과세자|소매업|문구|불공제|취소",
                "2026-11-04|신한카드|1234-****-****-5678|21000003|123-45-67891||910|90|0|1,000|간이과세자|소매업|문구|불공제|",
            ),
            (3, 2, 0, 0, 1), {"KRW": 7_000}, ("value_missing",),
        ),
        PresetFile(
            "hometax-invoice", "hometax-invoice.xlsx",
            _sheet(
                5, "작성일자|승인번호|발급일자|전송일자|공급자사업자등록번호|종사업장번호|상호|대표자명|공급받는자사업자등록번호|종사업장번호|상호|대표자명|합계금액|공급가액|세액|전자세금계산서분류|전자세금계산서종류|비고|품목명",
                "2026-11-02|20261102-41000000-000000a1|2026-11-02|2026-11-03|123-45-67891||미래문구|홍길동|987-65-43210||우리회사|이대표|110,000|100,000|10,000|세금계산서|일반||복사용지",
                "2026-11-05|20261105-41000000-000000a2|2026-11-05|2026-11-06|123-45-67891||미래문구|홍길동|987-65-43210||우리회사|이대표|-22,000|-20,000|-2,000|수정세금계산서|일반|반품|복사용지",
                "|20261106-41000000-000000a3|2026-11-06|2026-11-07|123-45-67891||한빛식당|김철수|987-65-43210||우리회사|이대표|5,500|5,000|500|세금계산서|일반||식대",
            ),
            (3, 2, 0, 0, 1), {"KRW": 88_000}, ("value_missing",),
        ),
    ]  # fmt: skip


def _card_companies() -> list[PresetFile]:
    return [
        PresetFile(
            "card-shinhan", "shinhan.xlsx",
            _sheet(
                1, "이용일시|승인번호|이용카드|이용자명|가맹점명|이용금액|이용구분|할부개월수|카드구분|취소일자|결제예정일",
                "2026.11.02 12:30:00|31000001|본인 ****1234|김도현|한빛식당|12,000|일시불||신용||2026.12.14",
                "2026.11.03 12:30:00|31000001|본인 ****1234|김도현|한빛식당|12,000|일시불취소||신용|2026.11.03|2026.12.14",
                "2026.11.04 09:00:00|31000002|본인 ****1234|김도현|미래문구|5천원|일시불||신용||2026.12.14",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("amount_not_valid",),
        ),
        PresetFile(
            "card-kb", "kb.xlsx",
            _sheet(
                4, "승인일|승인시간|부서명|카드번호|이용자명|가맹점명|승인금액|할부개월수|승인구분|승인번호|결제예정일",
                "2026.11.02|12:30:00|영업팀|1234-56**-****-7890|김도현|한빛식당|12,000||승인|32000001|2026.12.14",
                "2026.11.02|18:10:00|영업팀|1234-56**-****-7890|김도현|미래문구|5,500||승인|32000002|2026.12.14",
                "2026.11.03|09:00:00|영업팀|1234-56**-****-7890|김도현|미래문구|5,500||취소|32000002|2026.12.14",
                "2026.11.03|09:00:00|영업팀|1234-56**-****-7890|김도현|서울택시|8,000||보류|32000003|2026.12.14",
            ),
            (4, 3, 0, 0, 1), {"KRW": 12_000}, ("choice_unknown",),
        ),
        PresetFile(
            "card-nh", "nh.xlsx",
            _sheet(
                9, "이용일시|이용카드|사용자명|가맹점명|매출종류|국내외구분|국내이용금액(원)|취소금액|승인번호|취소여부|접수년월일|결제일|할부기간",
                "2026.11.02 12:30:00|****-****-****-1234|김도현|한빛식당|일시불|국내|12,000|0|33000001|N|2026.11.04|2026.12.14|",
                "2026.11.02 19:00:00|****-****-****-1234|김도현|미래문구|일시불|국내|50,000|20,000|33000002|Y|2026.11.04|2026.12.14|",
                "2026.11.32 19:00:00|****-****-****-1234|김도현|미래문구|일시불|국내|1,000|0|33000003|N|2026.11.04|2026.12.14|",
            ),
            (3, 2, 0, 0, 1), {"KRW": 62_000}, ("date_not_valid",),
        ),
        PresetFile(
            "card-bc", "bc.xlsx",
            _sheet(
                1, "본부명|부서명|카드번호|카드구분|카드소지자|거래은행|사용구분|매출종류|할부기간|승인일자|승인시간|승인번호|가맹점명/국가명|승인금액|환율|해외승인원화금액",
                "본부1|영업팀|1234-****-****-5678|법인|김도현|기업|국내|일반매출||20261102|123000|34000001|한빛식당|12,000||",
                "본부1|영업팀|1234-****-****-5678|법인|김도현|기업|국내|매출취소||20261103|091500|34000001|한빛식당|12,000||",
                "본부1|영업팀|1234-****-****-5678|법인|김도현|기업|국내|일반매출||20261103|251500|34000002|미래문구|5,000||",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("time_not_valid",),
        ),
        PresetFile(
            "card-hana", "hana.xlsx",
            _sheet(
                5, "카드구분|이용일|이용시간|카드번호|승인번호|승인금액|승인취소금액|가맹점명|업종명|가맹점사업자번호|이용구분|매입금액|상태",
                "신용|20261102|12:30|****1234|35000001|12,000|0|한빛식당|한식|123-45-67891|일시불|12,000|정상",
                "신용|20261102|19:00|****1234|35000002|50,000|50,000|미래문구|문구|123-45-67891|일시불|0|취소",
                "신용|20261103|09:00|****1234|35000003|1,000|0|서울택시|택시|123-45-67891|일시불|1,000|미정",
            ),
            (3, 2, 0, 0, 1), {"KRW": 62_000}, ("choice_unknown",),
        ),
        PresetFile(
            "card-samsung", "samsung.xlsx",
            _sheet(
                1, "카드번호|승인일자|승인시각|가맹점명|승인금액(원)|할부개월|승인번호|취소여부",
                "****-****-****-1234|20261102|12:30:00|한빛식당|12,000||36000001|N",
                "****-****-****-1234|20261103|12:30:00|한빛식당|12,000||36000001|Y",
                "****-****-****-1234|20261104|12:30:00|한빛식당|12000.5||36000002|N",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("amount_scale",),
        ),
        PresetFile(
            "card-lotte", "lotte.xlsx",
            _sheet(
                2, "이용일자|이용시간|이용카드|이용자명|이용가맹점|업종|이용금액|할부개월|승인번호|취소여부",
                "2026.11.02|12:30|****1234|김도현|한빛식당|한식|12,000||37000001|N",
                "2026.11.03|12:30|****1234|김도현|한빛식당|한식|-12,000||37000001|",
                "|12:30|****1234|김도현|한빛식당|한식|12,000||37000002|N",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("value_missing",),
        ),
        PresetFile(
            "card-hyundai", "hyundai.xlsx",
            _sheet(
                0, "이용일|이용카드|이용자명|이용가맹점|이용금액|할부|승인번호|이용구분",
                "2026년 11월 02일|****1234|김도현|한빛식당|12,000|일시불|38000001|일시불",
                "2026년 11월 03일|****1234|김도현|한빛식당|-12,000|일시불|38000001|취소",
                "2026년 11월 04일|****1234|김도현|미래문구||일시불|38000002|일시불",
            ),
            (3, 2, 0, 0, 1), {"KRW": 0}, ("value_missing",),
        ),
    ]  # fmt: skip


def _expense_systems() -> list[PresetFile]:
    def sae(
        entry: str, key: str, amount: str, side: str = "DR", merchant: str = "Hotel Sued"
    ) -> dict[int, str]:
        return {
            1: "DETAIL", 2: "B77", 3: "2026-11-10", 4: key, 5: "E1001", 6: "Kim", 7: "Dohyun", 19: "RPT-1", 22: "EUR", 24: "2026-11-08",
            61: entry, 62: "REG", 63: "Hotel", 64: "2026-11-02", 65: "EUR", 68: "N", 69: "Trade fair", 123: "120.00", 124: "120.00",
            146: merchant, 167: "476000", 168: side, 169: amount, 170: key,
        }  # fmt: skip

    return [
        PresetFile(
            "concur-sae", "extract.txt",
            _lines(
                sae("101", "9001", "80.00"), sae("101", "9002", "40.00"), sae("102", "9003", "15.50", "CR", "Taxi Mueller"),
                sae("103", "9004", "12,5", merchant="Cafe"), width=180, separator="|", first="EXTRACT|2026-11-10|4|120.00|B77",
            ).encode(),
            (4, 3, 0, 0, 1), {"EUR": 10_450}, ("amount_ambiguous",),
        ),
        PresetFile(
            "sap", "fbl3n.txt",
            _csv(
                "Document Number|Itm|Posting Date|Document Date|Personnel Number|Cost Center|G/L Account|Amount in Local Currency|Local Currency|Vendor Name|Text",
                "1900000001|001|03.11.2026|02.11.2026|00001001|CC100|476000|1.234,50|EUR|Hotel Süd|Messe",
                "1900000001|002|03.11.2026|02.11.2026|00001001|CC100|476000|-34,50|EUR|Hotel Süd|Gutschrift",
                "1900000002|001|03.11.2026|31.02.2026|00001001|CC100|476000|10,00|EUR|Bäckerei|Brot",
                separator="\t", encoding="cp1252",
            ),
            (3, 2, 0, 0, 1), {"EUR": 120_000}, ("date_not_valid",),
        ),
        PresetFile(
            "oracle", "lines.csv",
            _csv(
                "REPORT_NUMBER|DISTRIBUTION_LINE_NUMBER|EMPLOYEE_NUMBER|FULL_NAME|START_EXPENSE_DATE|AMOUNT|CURRENCY_CODE|MERCHANT_NAME|EXPENSE_TYPE|JUSTIFICATION|COST_CENTER",
                "ER-1|1|1001|Kim Dohyun|2026-11-02|120.00|USD|Harbor Hotel|Lodging|Trade fair|110",
                "ER-1|2|1001|Kim Dohyun|2026-11-02|-20.00|USD|Harbor Hotel|Lodging|Credit|110",
                "ER-1|3|1001|Kim Dohyun|2026-11-02|9.999|USD|Corner Cafe|Meals|Coffee|110",
            ),
            (3, 2, 0, 0, 1), {"USD": 10_000}, ("amount_ambiguous",),
        ),
        PresetFile(
            "expensify", "Expensify.csv",
            _csv(
                "Date|Merchant|Description|From|To|Category|Tag|Tax|Amount|Currency|Type|Receipt URL",
                "2026-11-02|Harbor Hotel|Trade fair|kim@example.com|lee@example.com|Lodging|P-1|0.00|120.00|USD|card|r/1",
                "2026-11-03|Harbor Hotel|Refund|kim@example.com|lee@example.com|Lodging|P-1|0.00|-20.00|USD|card|r/2",
                "2026-11-03|Corner Cafe|Coffee|kim@example.com|lee@example.com|Meals|P-1|0.00|4.50|Taler|card|r/3",
            ),
            (3, 2, 0, 0, 1), {"USD": 10_000}, ("currency_unknown",),
        ),
        PresetFile(
            "ramp", "ramp.csv",
            _csv(
                "Transaction Date|Transaction Time|Clearing Date|Amount|Merchant Name|Merchant City|Card Last 4|User|Ramp Department|Ramp Category|Memo|External ID",
                "11/02/26|2026-11-02 12:30:00|11/03/26|120.00|Harbor Hotel|Boston|4034|Kim Dohyun|Sales|Lodging|Fair|RAMP.1",
                "11/03/26|2026-11-03 12:30:00|11/04/26|-20.00|Harbor Hotel|Boston|4034|Kim Dohyun|Sales|Lodging|Credit|RAMP.2",
                "11/03/26|2026-11-03 12:30:00|11/04/26|5.00||Boston|4034|Kim Dohyun|Sales|Meals|Coffee|RAMP.3",
            ),
            (3, 2, 0, 0, 1), {"USD": 10_000}, ("value_missing",),
        ),
        PresetFile(
            "brex", "brex.csv",
            _csv(
                "Swipe Date (UTC)|Posted Date|Type|Amount|User|Department|Merchant Name|Brex Category|Last 4|Memo|Id",
                "2026-11-02T12:30:00Z|2026-11-03T00:00:00Z|Transaction|120.00|Kim Dohyun|Sales|Harbor Hotel|Lodging|4034|Fair|b1",
                "2026-11-03T12:30:00Z|2026-11-04T00:00:00Z|Transaction|-20.00|Kim Dohyun|Sales|Harbor Hotel|Lodging|4034|Credit|b2",
                "2026-11-05T00:00:00Z|2026-11-05T00:00:00Z|Payment to Brex|-100.00|||Brex||4034||b3",
            ),
            (3, 2, 0, 0, 1), {"USD": 10_000}, ("other_row",),
        ),
        PresetFile(
            "zoho", "zoho.csv",
            _csv(
                "Expense Date|Report Number|Expense Item ID|Employee Number|Employee Name|Merchant Name|Category Name|Currency Code|Expense Amount|Expense Description",
                "2026-11-02|ER-00001|z1|1001|Kim Dohyun|Harbor Hotel|Lodging|USD|120.00|Fair",
                "2026-11-03|ER-00001|z2|1001|Kim Dohyun|Sushi Bar|Meals|JPY|3500|Dinner",
                "2026-11-03|ER-00001|z3|1001|Kim Dohyun|Sushi Bar|Meals|JPY|35.50|Dinner",
            ),
            (3, 2, 0, 0, 1), {"USD": 12_000, "JPY": 3_500}, ("amount_scale",),
        ),
    ]  # fmt: skip


def _networks() -> list[PresetFile]:
    def vcf(seq: str, kind: str, billed: str, code: str, source: str = "", source_code: str = "") -> str:
        values = {0: "4", 1: "************1234", 2: "11032026", 3: f"7400000000000000000{seq}", 4: seq, 8: "HARBOR HOTEL", 9: "BOSTON",
                  13: source, 14: billed, 15: source_code, 16: "7011", 17: kind, 18: "11022026", 19: code}  # fmt: skip
        return "\t".join(values.get(n, "") for n in range(30))

    def cdf(number: str, amount: str, exponent: str, code: str, sign: str, indicator: str) -> str:
        attribute = f' CurrencyExponent="{exponent}"' if exponent else ""
        return (
            f'<FinancialTransactionEntity ProcessorTransactionId="P{number}"><FinancialTransaction_5000>'
            f"<ProcessorTransactionId>P{number}</ProcessorTransactionId><MasterCardFinancialTransactionId>M{number}</MasterCardFinancialTransactionId>"
            f"<TransactionDate>2026-11-02</TransactionDate><PostingDate>2026-11-03</PostingDate><ApprovalCode>A{number}</ApprovalCode>"
            f"<DebitOrCreditIndicator>{indicator}</DebitOrCreditIndicator>"
            f'<AmountInPostedCurrency CurrencyCode="{code}"{attribute} CurrencySign="{sign}">{amount}</AmountInPostedCurrency>'
            f"<PostedCurrencyCode>{code}</PostedCurrencyCode></FinancialTransaction_5000>"
            f"<CardAcceptor_5001><CardAcceptorName>HARBOR HOTEL {number}</CardAcceptorName><CardAcceptorBusinessCode>7011</CardAcceptorBusinessCode>"
            "</CardAcceptor_5001></FinancialTransactionEntity>"
        )

    rows = (
        vcf("1", "10", "0000000000012000", "00840"),
        vcf("2", "11", "0000000000002000", "840"),
        vcf("3", "10", "0000000000012000", "410", "0000000000000900", "840"),
        vcf("4", "10", "0000000000000100", "999"),
    )
    blocks = "\n".join(
        ["6\t1234567890\t1\t11032026\t0\t0\t0\t4.0", "8\t1234567890\t1\t11032026\t05\t4\t26100\t4.0", *rows,
         "9\t1234567890\t1\t11032026\t05\t4\t26100\t4.0", "8\t1234567890\t1\t11032026\t03\t1\t0\t4.0", "4\tJOHN\tDOE", "9\t1234567890\t1\t11032026\t03\t1\t0\t4.0"]
    )  # fmt: skip
    transactions = "".join(
        (
            cdf("1", "12000", "2", "840", "D", "D"), cdf("2", "2000", "2", "840", "C", "C"), cdf("3", "12000", "0", "410", "D", "D"),
            cdf("4", "1250", "3", "414", "D", "D"), cdf("5", "500", "2", "840", "C", "D"), cdf("6", "500", "", "840", "D", "D"),
        )
    )  # fmt: skip
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?><CDFTransmissionFile><TransmissionHeader_1000/><IssuerEntity ICANumber="1"><CorporateEntity>'
        '<AccountEntity AccountNumber="XXXXXXXXXXXX1234"><AccountInformation_4300><NameLine1>KIM DOHYUN</NameLine1><EmployeeId>E1001</EmployeeId>'
        f"</AccountInformation_4300>{transactions}</AccountEntity></CorporateEntity></IssuerEntity><TransmissionTrailer_9999/></CDFTransmissionFile>"
    )
    return [
        PresetFile("vcf4", "visa.vcf", blocks.encode(), (4, 3, 0, 0, 1), {"USD": 10_000, "KRW": 12_000}, ("currency_unknown",)),
        PresetFile(
            "cdf3", "mastercard.xml", xml.encode(), (6, 4, 0, 0, 2), {"USD": 10_000, "KRW": 12_000, "KWD": 1_250},
            ("choice_unknown", "value_missing"),
        ),
    ]  # fmt: skip


def _generic() -> list[PresetFile]:
    head = "청구번호|사번|카드번호|사용일시|금액|통화|가맹점명|승인번호|적요"
    first = (
        "C-1|E1001|****-1234|2026-11-02 12:30:00|12000|KRW|한빛식당|30000001|점심",
        "C-2|E1001|****-1234|2026-11-02 19:30:00|50000|KRW|미래문구|30000002|용지",
        "C-2|E1001|****-1234|2026-11-02 19:30:00|50000|KRW|미래문구|30000002|용지",
        "C-3|E1001|****-1234|2026-11-03 09:00:00|백원|KRW|서울택시|30000003|이동",
    )
    return [
        PresetFile("generic", "claims.csv", _csv(head, *first), (4, 2, 1, 0, 1), {"KRW": 62_000}, ("amount_not_valid",)),
        PresetFile(
            "generic", "claims-corrected.csv",
            _csv(head, first[0], first[1].replace("50000", "45000"), first[3].replace("백원", "8000"), encoding="cp949"),
            (3, 1, 1, 1, 0), {"KRW": 8_000},
        ),
    ]  # fmt: skip


def preset_files() -> list[PresetFile]:
    """All files, in the order in which they are delivered."""
    return [*_generic(), *_korean(), *_card_companies(), *_expense_systems(), *_networks()]
