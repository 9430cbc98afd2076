"""Whether what a row says was granted: the words systems have for approved, rejected, withdrawn and still open. None is guessed."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows

_WORDS = {
    "approved": (
        "승인 승인됨 승인완료 승인함 결재완료 결재승인 최종승인 최종결재 전결 확정 확정됨 완료 처리완료 신청완료승인 출장완료 정산완료 사용 사용완료 사용함 허가 가결 정상 유효 "
        "y yes o 예 여 t true 1 approved approve accepted granted confirmed completed complete done final valid active taken used genehmigt"
    ),
    "rejected": (
        "반려 반려됨 반려완료 결재반려 승인반려 신청반려 부결 거절 승인거절 거부 불승인 미승인 불허 기각 "
        "n no x 아니오 아니요 부 f false 0 rejected reject denied declined refused disapproved notapproved unapproved abgelehnt"
    ),
    "cancelled": (
        "취소 취소됨 취소완료 승인취소 결재취소 신청취소 휴가취소 출장취소 취소승인 철회 신청철회 회수 무효 삭제 폐기 미사용 "
        "cancelled canceled cancel withdrawn revoked recalled void voided deleted storniert"
    ),
    "pending": (
        "신청 신청중 신청완료 승인대기 결재대기 대기 대기중 결재중 결재진행 결재진행중 진행 진행중 상신 상신중 상신완료 검토 검토중 보류 임시저장 작성중 저장 요청 요청중 승인요청 예정 계획 접수 미결 미결재 미처리 취소신청 취소요청 취소대기 취소중 "
        "pending requested submitted draft inprogress inreview underreview open waiting awaiting awaitingapproval onhold planned saved new beantragt offen"
    ),
}
_MEANS = {word: state for state, words in _WORDS.items() for word in words.split()}
#: Named to whoever wrote another word.
KNOWN_STATES = (
    "승인, 승인완료, 반려, 취소, 신청, 대기, 결재중, Y, N, approved, rejected, cancelled, pending …"
)
_BETWEEN = re.compile(r"[\s_()\[\]./-]+")
#: Words of a column that asks whether something was cancelled: yes and no change places.
_YES = frozenset(
    [
        "y",
        "yes",
        "o",
        "예",
        "여",
        "t",
        "true",
        "1",
        "취소",
        "취소됨",
        "취소완료",
        "반려",
        "반려됨",
        "cancelled",
        "canceled",
        "rejected",
    ]
)
_NO = frozenset(
    ["n", "no", "x", "아니오", "아니요", "부", "f", "false", "0", "정상", "미취소", "유효", "-", "valid"]
)


def parse_states(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """`approved`, `rejected`, `cancelled` or `pending`; a blank cell and a word nobody knows are problems of their rows, never an approval."""
    text = _plain(raw)
    state = text.replace_strict(_MEANS, default=None, return_dtype=pl.String)
    problems.add(text == "", header, "feed_value_missing")
    problems.add(state.is_null() & (text != ""), header, "state_unknown", known=KNOWN_STATES)
    return state


def parse_cancelled(raw: pl.Series, header: str, problems: ProblemRows) -> pl.Series:
    """`cancelled` where a column that asks so says yes, `approved` where it says no or nothing."""
    text = _plain(raw)
    yes, no = text.is_in(list(_YES)), text.is_in(list(_NO)) | (text == "")
    problems.add(~yes & ~no, header, "state_unknown", known="Y, N, 취소, 정상")
    return _either(yes)


def cancelled_on(raw: pl.Series) -> pl.Series:
    """`cancelled` where a day of cancellation is filled, `approved` elsewhere."""
    text = raw.cast(pl.String).fill_null("").str.strip_chars()
    return _either(text.str.contains(r"[1-9]").fill_null(False))


def worst(states: list[pl.Series], height: int) -> pl.Series:
    """The state of every row by all the columns that tell one: approved only where each of them says so."""
    found = pl.repeat("approved", height, dtype=pl.String, eager=True)
    for state in states:
        found = pl.select(pl.when(found == "approved").then(state).otherwise(found)).to_series()
    return found.fill_null("approved")  # what could not be read is a problem of its row


def _either(cancelled: pl.Series) -> pl.Series:
    return pl.select(pl.when(cancelled).then(pl.lit("cancelled")).otherwise(pl.lit("approved"))).to_series()


def _plain(raw: pl.Series) -> pl.Series:
    text = raw.cast(pl.String).fill_null("")
    known = {
        value: _BETWEEN.sub("", unicodedata.normalize("NFKC", value).casefold()) for value in text.unique()
    }
    return text.replace_strict(known, return_dtype=pl.String)
