"""What columns are called in card feeds, expense reports and ledgers, field by field.

The aliases of the presets come first; these are the further names that exports of this field use. A name here is compared like an alias:
without case, spaces and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.headers import plain
from fraud.claims.importing.presets import PRESETS
from fraud.claims.importing.txn_words import txn_headers

# fmt: off
_NAMES = """
external_id: transaction id, transaction number, trans id, txn id, transaction reference, unique id, uuid, reference number, record id, entry id, invoice id, 거래번호, 거래고유번호, 관리번호, 문서번호, 고유번호, 접수번호, 승인순번
claim_no: report id, report number, report name, expense report, claim number, batch, voucher number, document number, document no, 증빙번호, 보고서번호, 전표 번호, belegnr, belegnummer, beleg, numéro de pièce, n° pièce, número de documento, 伝票番号
line_no: line, line number, line item, item, entry number, sequence, seq, no, 번호, 순번, 연번, 항번, pos, position, posten, ligne, línea, 行番号, 明細番号
version: version, revision, row version, 버전, 차수, 수정 차수
employee_no: employee id, employee number, employee, emp id, person number, personnel number, staff id, worker id, user id, cardholder id, 직원번호, 임직원번호, 사용자사번, 사원 번호, 신청자사번, personalnr, personalnummer, mitarbeiternr, mitarbeiternummer, matricule, número de empleado, 社員番号, 従業員番号
employee_name: employee name, cardholder, cardholder name, card holder, card member, user, user name, full name, submitter, created by, traveller, 사용자, 이용자, 이용자명, 카드소지자, 소지자, 소지자명, 카드사용자, 사원명, 직원명, 이름, 신청자, 회원명, 카드회원명, mitarbeiter, mitarbeitername, karteninhaber, salarié, collaborateur, empleado, titular, 社員名, 氏名, 使用者
department_code: cost centre, cost center, cost centre code, cost center code, department id, org unit, 코스트센터, 비용부서코드, 부서 코드, kostenstelle, kostenstellennr, centre de coût, centro de coste, 部門コード
department_name: department, division, directorate, team, business unit, cost centre description, cost center description, cost center name, department name, 부서, 소속, 소속부서, 비용부서, 사용부서, 부서 명, abteilung, service bénéficiaire, departamento, 部門, 部署
grade: position, job grade, title, 직위, 직책
approver_no: approver, approver id, manager id, 승인자, 결재자
card_number: card, card no, card number, card last four, card last 4, last 4, last four, masked card, card ending, account number, account no, card used, payment card, 카드 번호, 이용카드, 이용카드번호, 카드끝번호, 카드뒷자리, 사용카드, 카드, kartennummer, karte, numéro de carte, carte, número de tarjeta, カード番号
card_kind: card type, card product, 카드종류
transacted_at: date, transaction date, trans date, txn date, trx date, date of transaction, purchase date, expense date, spend date, posting period date, invoice date, 거래일, 거래일자, 거래일시, 사용일자, 이용일자, 이용일시, 승인일, 승인일시, 매출일, 매출일자, 결제일시, 지출일, 지출일자, 작성일자, 날짜, 일자, datum, belegdatum, transaktionsdatum, umsatzdatum, kaufdatum, date de transaction, date opération, fecha, fecha de transacción, 利用日, 取引日, 日付
settled_at: posted, posted date, posted at, settlement date, settled, post date, card posting date, card posting dt, clearing date, 매입일시, 접수일, 접수일자, 전표매입일, buchungsdatum, buchungstag, wertstellung, date de comptabilisation, fecha contable, 計上日
submitted_at: submitted, submit date, submission date, submitted on, report submit date, 신청일, 신청일자, 제출일, 상신일, 청구일, 기안일
claim_approved_at: approved, approval date, approved on, date approved, 결재일, 승인완료일
paid_at: paid, payment date, reimbursed date, 결제예정일, 결제일, 출금일
cancelled_at: cancel date, cancellation date, refund date, 취소일자, 취소승인일
amount: amount, amt, transaction amount, transaction amt, trans amt, trx amount, txn amount, billing amount, billed amount, gross amount, total, total amount, net amount, spend, value, debit, debit amount, expense amount, amount in local currency, posted amount, approved amount, 합계, 합계금액, 총액, 총금액, 이용 금액, 결제금액, 거래금액, 지출금액, 매입금액, 청구금액, 승인 금액, 국내이용금액, 원화금액, 이용금액 원, betrag, bruttobetrag, umsatz, gesamtbetrag, montant, montant ttc, importe, importe total, 金額, 利用金額
currency: currency code, transaction currency, trx currency, billing currency, ccy, curr, reimbursement currency, 통화 코드, 화폐, währung, waehrung, devise, moneda, 通貨
original_amount: original amount, foreign amount, local amount, amount in document currency, merchant amount, transaction amount original, 현지이용금액, 해외이용금액, 외화금액, 현지 금액
original_currency: original currency, foreign currency, original cur, merchant currency, 외화통화, 현지통화코드, 외화코드
cancel_amount: cancelled amount, credit, refund amount, 취소 금액, 부분취소금액, credit amount, 환불금액, 환급금액, storno
vat: tax, tax amount, vat amount, gst, hst, sales tax, 부가가치세, 부가세액, 세금, mwst, ust, umsatzsteuer, tva, iva, 消費税
vat_claimed: reclaimable vat, recoverable tax, 매입세액공제
service_charge: tip, gratuity, service, 봉사료금액
pre_approval_id: request id, pre approval, 사전품의번호
authorization_code: approval code, authorization code, authorisation code, auth code, approval number, auth no, 승인 번호, 승인no
txn_type: transaction type, type, status type, debit credit, debit or credit, dr cr, 취소여부, 취소구분, 승인상태, 매출구분, 승인 구분, 거래 구분, 이용구분, 거래상태, umsatzart, transaktionsart
entry_mode: entry mode, pos entry mode, channel
installments: instalments, installment months, 할부, 할부기간, 할부개월수, 할부 개월
country: country code, merchant country, 국가코드, 이용국가
purpose_code: expense category, expense type, category, spend category, expense type name, 경비항목, 비용항목, 지출구분, 용도구분
purpose_text: purpose, description, memo, note, notes, business purpose, comment, comments, narrative, line description, item text, text, line text, header text, expense description, 사용내역, 비고, 메모, 사유, 사용 목적, 지출내용, 상세내역, buchungstext, verwendungszweck, zweck, bemerkung, libellé, commentaire, concepto, comentario, 摘要, 備考
account_code: gl account, g l account, gl code, account, account code, general ledger, ledger code, nominal code, natural account, 계정, 계정과목코드, 계정 코드, sachkonto, konto, compte, cuenta, 勘定科目
project_code: project, project id, wbs element, internal order, 프로젝트, 과제번호, projekt, projektnummer, projet, proyecto
trip_no: trip, trip id, itinerary, 출장
evidence_type: evidence, receipt type, 증빙, 증빙유형, 증빙 구분
receipt_id: receipt, receipt id, receipt number, 영수증
n_attendees: attendees count, number of attendees, guests, 참석자수, 인원수, 참석 인원
attendees: attendee names, participants, 참석자명, 동석자
is_recurring: recurring, subscription
self_declared_personal: personal, is personal, personal expense, 개인사용여부
merchant_name: merchant, merchant name, vendor, vendor name, supplier, supplier name, payee, store, shop, description of merchant, place, 가맹점 이름, 이용가맹점, 이용가맹점명, 사용가맹점, 가맹점 명, 상호, 상호명, 거래처, 거래처명, 업체명, 판매처, 이용처, 이용하신곳, 공급자상호, kreditor, händler, haendler, lieferant, empfänger, commerçant, fournisseur, comercio, proveedor, 加盟店, 利用先, 支払先
merchant_no: merchant id, merchant number, vendor number, vendor id, supplier number, 가맹점 번호, 거래처코드
brn: business number, vat number, tax id, supplier tax id, 사업자 번호, 가맹점사업자번호, 가맹점 사업자등록번호, 공급자사업자등록번호, 사업자등록 번호
mcc: merchant category code, mcc code, merchant type, sic, 업종 코드, 가맹점업종코드
biz_type: mcc description, merchant category, merchant type description, category description, 가맹점업종, 업종명, 업종 명
biz_item: business item, 종목명
ceo_name: representative, 대표자성명, 가맹점대표자, 대표자 명
region: merchant city, city, merchant address, address, location, merchant location, 주소, 가맹점 주소, 소재지
tax_type: tax status, tax code, 과세구분, 과세유형명, 공제여부
batch_id: batch id, statement, statement id, statement month, statement period, billing period, 청구월, 배치번호
"""
# fmt: on

#: Public data sets call a cost centre an employee for want of one: no names of the trade.
_PUBLIC = frozenset({"birmingham", "toronto", "handbook"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


@cache
def known_names() -> Mapping[str, str]:
    """Plain name → field. A name that presets use for two fields is the generic profile's, then that of this table."""
    names: dict[str, str] = {}
    for name, (_, _, spec) in PRESETS.items():
        if name == "generic":
            names.update(dict(_aliases(spec["columns"])))
    for line in _NAMES.strip().splitlines():
        field, _, words = line.partition(":")
        if field not in FIELDS:
            raise ValueError(f"there is no field {field!r}")
        for word in words.split(","):
            names.setdefault(plain(word), field)
    for header in txn_headers():
        names.setdefault(header, "txn_type")
    for name, (_, _, spec) in PRESETS.items():
        if name not in _PUBLIC:
            for alias, field in _aliases(spec["columns"]):
                names.setdefault(alias, field)
    return names


@cache
def telling_names() -> Mapping[str, str]:
    """Plain name → preset, of the names that one preset only knows."""
    general = {
        plain(word) for line in _NAMES.strip().splitlines() for word in line.partition(":")[2].split(",")
    }
    owners: dict[str, set[str]] = {}
    for name, (_, _, spec) in PRESETS.items():
        for alias, _field in _aliases(spec["columns"]):
            owners.setdefault(alias, set()).add(name)
    return {
        alias: next(iter(names))
        for alias, names in owners.items()
        if len(names) == 1 and alias not in general
    }


@cache
def known_phrases() -> tuple[tuple[str, str], ...]:
    """(plain name, field), the longest first: what a longer header may contain or be contained in."""
    return tuple(sorted(known_names().items(), key=lambda pair: -len(pair[0])))


def words_of(header: str) -> tuple[str, ...]:
    """The words of a header in small letters: `CardPostingDt` and `card_posting_dt` are three."""
    return tuple(word.lower() for word in _WORD.findall(header))


def _aliases(columns: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field, column in columns.items():
        aliases = column.get("from", []) if isinstance(column, Mapping) else column
        for alias in [aliases] if isinstance(aliases, str) else aliases:
            yield plain(alias), field
