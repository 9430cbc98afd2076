"""Why a column was taken for a field, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fraud.claims.importing.field_labels import field_label
from rules.language.korean import with_particles

# fmt: off
_WHY: dict[str, tuple[str, str]] = {
    "profile": ("named so by the profile “{profile}”", "가져오기 설정 “{profile}”에 있는 열 이름"),
    "former": ("mapped so before, in the profile “{profile}”", "이전에 가져오기 설정 “{profile}”에서 이렇게 연결함"),
    "name": ("its name", "열 이름"),
    "name_content": ("its name, and its values fit", "열 이름, 값도 맞음"),
    "name_part": ("a part of its name", "열 이름의 일부"),
    "name_part_content": ("a part of its name, and its values fit", "열 이름의 일부, 값도 맞음"),
    "name_only": ("its name, but its values look different", "열 이름은 맞지만 값이 달라 보임"),
    "content": ("its values look like {shape}", "값이 {shape}(으)로 보임"),
    "rivals": ("its name, but it could be {others} as well", "열 이름. 다만 {others}일 수도 있음"),
    "rival": ("could be the same; “{taken}” was taken", "같은 항목일 수 있으나 “{taken}”을(를) 선택함"),
    "left_out": ("the profile “{profile}” does not read it; it could be: {field}", "가져오기 설정 “{profile}”이(가) 읽지 않음. 해당할 수 있는 항목: {field}"),
    "only_amount": ("the only amount there is", "유일한 금액"),
    "merchant": ("the nearest there is to a merchant: no column names one", "가맹점을 가리키는 열이 없어 가장 가까운 열"),
    "day": ("the nearest there is to the day of the payment: no column names it", "사용일을 가리키는 열이 없어 가장 가까운 날짜"),
    "person": ("the nearest there is to a person: no column names one", "사람을 가리키는 열이 없어 가장 가까운 열"),
    "chosen": ("chosen", "직접 선택"),
    "doubled": ("two columns have this name: rename one of them in the file", "같은 이름의 열이 둘: 파일에서 하나의 이름을 바꿔 주세요"),
    "unnamed": ("the column has no name", "열 이름이 없음"),
    "unknown": ("nothing takes it", "쓰이지 않음"),
    "empty": ("empty in the rows looked at", "살펴본 행에서 비어 있음"),
}
#: Why a layout or a form was taken.
_FOUND: dict[str, tuple[str, str]] = {
    "declared": ("the first line says so", "첫 줄에 적혀 있음"),
    "even": ("{share} % of the rows then have {n} columns", "행의 {share}%가 {n}개 열이 됨"),
    "utf8": ("the whole text can be read so", "전체 텍스트가 이렇게 읽힘"),
    "hangul": ("not UTF-8; read so it is Korean", "UTF-8이 아니며 이렇게 읽으면 한글이 됨"),
    "western": ("neither UTF-8 nor Korean", "UTF-8도 한글 인코딩도 아님"),
    "marked": ("the first bytes say so", "첫 바이트에 표시되어 있음"),
    "names": ("{known} of its {n} cells are names of columns", "셀 {n}개 중 {known}개가 열 이름"),
    "of_profile": ("the profile says so", "가져오기 설정에 정해져 있음"),
    "profile_widened": ("the profile's forms do not read these days; the form they have is added", "가져오기 설정의 형식으로 읽히지 않아 이 파일의 날짜 형식을 추가함"),
    "either_order": ("{example} can be read in several ways", "{example}을(를) 여러 가지로 읽을 수 있음"),
    "proof": ("{proof} can be read in no other way", "{proof}은(는) 다르게 읽을 수 없음"),
    "proof_elsewhere": ("{proof} in another column can be read in no other way", "다른 열의 {proof}은(는) 다르게 읽을 수 없음"),
    "plain_dates": ("the values have this form", "값이 이 형식임"),
    "iso_dates": ("the values have this form", "값이 이 형식임"),
    "either_sign": ("{example} can be read in two ways", "{example}을(를) 두 가지로 읽을 수 있음"),
    "mixed_signs": ("some amounts can be read in one way only, some in the other only", "금액마다 소수점 표기가 서로 다름"),
    "whole_money": ("in {example} it stands between thousands: the currency has no decimals", "{example}의 쉼표는 천 단위 구분. 소수점이 없는 통화"),
    "no_sign": ("no amount shows it", "소수점이 보이는 금액이 없음"),
    "mostly_negative": ("{negative} of {n} amounts are negative", "금액 {n}개 중 {negative}개가 음수"),
    "own_column": ("each row names its own in “{column}”; a row without one is refused", "각 행의 “{column}” 값. 비어 있는 행은 거부됨"),
    "blank_cells": ("for rows that name none in “{column}”", "“{column}”이(가) 빈 행에 적용"),
    "mark": ("a sign of it stands in the amounts", "금액에 통화 기호가 있음"),
    "home_whole": ("the company's; the amounts have no decimals either", "회사 통화. 금액에도 소수점이 없음"),
    "home": ("the company's; nothing in the file says so", "회사 통화. 파일에는 표시가 없음"),
    "foreign": ("the amounts have decimals, which {code} has not", "금액에 {code}에 없는 소수점이 있음"),
    "chosen": ("chosen", "직접 선택"),
}
_KINDS: dict[str, tuple[str, str]] = {
    "bank_statement": ("This looks like a bank statement ({columns}). Statements are booked to recoveries, not imported as claims.", "은행 거래내역으로 보입니다({columns}). 거래내역은 청구로 가져오지 않고 환수금과 대조합니다."),
    "cardholders": ("This looks like a list of employees ({columns}), not of claims.", "청구가 아니라 임직원 명부로 보입니다({columns})."),
    "absences": ("This looks like a list of absences ({columns}), not of claims.", "청구가 아니라 휴가·근태 목록으로 보입니다({columns})."),
    "trips": ("This looks like a list of trips ({columns}), not of claims.", "청구가 아니라 출장 목록으로 보입니다({columns})."),
    "payroll": ("This looks like a payroll's list of deductions ({columns}). Deductions are booked to recoveries, not imported as claims.", "급여 공제 내역으로 보입니다({columns}). 공제 내역은 청구로 가져오지 않고 환수금과 대조합니다."),
    "positions": ("This looks like a list of moves and promotions ({columns}), not of claims.", "청구가 아니라 인사 발령 목록으로 보입니다({columns})."),
    "relatives": ("This looks like a list of relatives ({columns}), not of claims.", "청구가 아니라 임직원 관계 목록으로 보입니다({columns})."),
    "vehicles": ("This looks like a list of vehicles ({columns}), not of claims.", "청구가 아니라 차량 배정 목록으로 보입니다({columns})."),
    "pre_approvals": ("This looks like a list of expenses approved before ({columns}), not of claims.", "청구가 아니라 사전 승인 목록으로 보입니다({columns})."),
    "overtimes": ("This looks like a list of overtime ({columns}), not of claims.", "청구가 아니라 연장근무 목록으로 보입니다({columns})."),
}
_SHAPES: dict[str, tuple[str, str]] = {
    "date": ("dates", "날짜"), "time": ("times of day", "시각"), "masked": ("masked card numbers", "가려진 카드 번호"),
    "currency": ("currencies", "통화"), "brn": ("business registration numbers", "사업자등록번호"),
    "txn": ("kinds of transaction", "거래 구분"), "decimal": ("amounts", "금액"), "letters": ("names", "이름"),
}
_LEVELS: dict[str, tuple[str, str]] = {
    "sure": ("sure", "확실"), "likely": ("likely", "유력"), "doubtful": ("a guess", "추측"), "none": ("not used", "사용 안 함"),
    "open": ("to be chosen", "선택 필요"), "chosen": ("chosen", "선택함"),
}
# fmt: on


def why_text(code: str, params: Mapping[str, Any], language: str) -> str:
    """The reason of a guess in `ko` or `en`."""
    at = 1 if language == "ko" else 0
    values = dict(params)
    if "shape" in values:
        values["shape"] = _SHAPES[values["shape"]][at]
    if "field" in values:
        values["field"] = field_label(values["field"], language)
    said = _WHY[code][at].format_map(values)
    return with_particles(said) if at else said


def found_text(code: str, params: Mapping[str, Any], language: str) -> str:
    """The reason of a finding about layout or forms in `ko` or `en`."""
    said = _FOUND[code][1 if language == "ko" else 0].format_map(dict(params))
    return with_particles(said) if language == "ko" else said


def kind_text(name: str, columns: Sequence[str], language: str) -> str:
    """What a table that is no list of claims looks like, in `ko` or `en`."""
    said = _KINDS[name][1 if language == "ko" else 0].format(columns=", ".join(columns[:3]))
    return with_particles(said) if language == "ko" else said


def level_text(level: str, language: str) -> str:
    """How sure a guess is, in `ko` or `en`."""
    return _LEVELS[level][1 if language == "ko" else 0]
