"""Why a column was taken for a field, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# fmt: off
_WHY: dict[str, tuple[str, str]] = {
    "profile": ("named so by the profile “{profile}”", "프로필 “{profile}”에 있는 열 이름"),
    "former": ("mapped so before, in the profile “{profile}”", "이전에 프로필 “{profile}”에서 이렇게 연결함"),
    "name": ("its name", "열 이름"),
    "name_content": ("its name, and its values fit", "열 이름, 값도 맞음"),
    "name_part": ("a part of its name", "열 이름의 일부"),
    "name_part_content": ("a part of its name, and its values fit", "열 이름의 일부, 값도 맞음"),
    "name_only": ("its name, but its values look different", "열 이름은 맞지만 값이 달라 보임"),
    "content": ("its values look like {shape}", "값이 {shape}(으)로 보임"),
    "person": ("the nearest there is to a person: no column names one", "사람을 가리키는 열이 없어 가장 가까운 열"),
    "chosen": ("chosen", "직접 선택"),
    "doubled": ("two columns have this name: rename one of them in the file", "같은 이름의 열이 둘: 파일에서 하나의 이름을 바꿔 주십시오"),
    "unnamed": ("the column has no name", "열 이름이 없음"),
    "unknown": ("nothing takes it", "쓰이지 않음"),
    "empty": ("empty in the rows looked at", "살펴본 행에서 비어 있음"),
}
_SHAPES: dict[str, tuple[str, str]] = {
    "date": ("dates", "날짜"), "time": ("times of day", "시각"), "masked": ("masked card numbers", "가려진 카드 번호"),
    "currency": ("currencies", "통화"), "brn": ("business registration numbers", "사업자등록번호"),
    "txn": ("kinds of transaction", "거래 구분"), "decimal": ("amounts", "금액"), "letters": ("names", "이름"),
}
_LEVELS: dict[str, tuple[str, str]] = {
    "sure": ("sure", "확실"), "likely": ("likely", "유력"), "doubtful": ("a guess", "추측"), "none": ("not used", "사용 안 함"),
}
# fmt: on


def why_text(code: str, params: Mapping[str, Any], language: str) -> str:
    """The reason of a guess in `ko` or `en`."""
    at = 1 if language == "ko" else 0
    values = dict(params)
    if "shape" in values:
        values["shape"] = _SHAPES[values["shape"]][at]
    return _WHY[code][at].format_map(values)


def level_text(level: str, language: str) -> str:
    """How sure a guess is, in `ko` or `en`."""
    return _LEVELS[level][1 if language == "ko" else 0]
