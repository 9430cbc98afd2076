from audit.registry import register

register("rule.drafted", en="drafted a rule version", ko="규칙 초안을 작성했습니다")
register("rule.edited", en="edited a draft", ko="규칙 초안을 수정했습니다")
register(
    "rule.question_written",
    en="wrote a rule's question to the cardholder",
    ko="규칙의 소명 질문을 작성했습니다",
)
register("rule.proposed", en="proposed a rule version", ko="규칙 적용을 상신했습니다")
register("rule.returned", en="returned a proposed rule version", ko="규칙 상신을 반려했습니다")
register("rule.shadowed", en="let a rule version run in shadow", ko="규칙을 시험 운영으로 전환했습니다")
register("rule.activated", en="activated a rule version", ko="규칙을 적용했습니다")
register("rule.widened", en="let a rule count for more cardholders", ko="규칙 적용 대상을 확대했습니다")
register("rule.retired", en="retired a rule", ko="규칙 적용을 중단했습니다")
register("rule.retirement_proposed", en="proposed to stop a rule", ko="규칙 적용 중단을 상신했습니다")
register(
    "rule.retirement_returned",
    en="returned a proposal to stop a rule",
    ko="규칙 적용 중단 상신을 반려했습니다",
)
register(
    "rule.roll_back_proposed",
    en="proposed to go back to an earlier version",
    ko="이전 버전 복원을 상신했습니다",
)
register("rule.installed", en="installed the starter rules", ko="기본 규칙을 설치했습니다")
register("rule.disabled", en="disabled a rule that kept failing", ko="오류가 반복된 규칙을 중지했습니다")
register(
    "rule.values_added",
    en="put lists and parameters of a template or rule book in place",
    ko="템플릿·규칙집의 목록과 매개변수를 추가했습니다",
)
register(
    "rule.book_imported",
    en="imported a rule book as drafts and proposals",
    ko="규칙집을 가져와 초안과 상신을 만들었습니다",
)
register("rule.book_proposed", en="proposed a rule book as a whole", ko="규칙집 일괄 적용을 상신했습니다")
register("rule.book_confirmed", en="confirmed a rule book as a whole", ko="규칙집 일괄 적용을 승인했습니다")
register(
    "rule.book_returned", en="returned a rule book as a whole", ko="규칙집 일괄 적용 상신을 반려했습니다"
)
register("list.changed", en="changed a value list", ko="값 목록을 변경했습니다")
register("parameter.changed", en="changed a parameter", ko="매개변수를 변경했습니다")
register("list.change_proposed", en="proposed a change of a value list", ko="값 목록 변경을 상신했습니다")
register(
    "parameter.change_proposed", en="proposed a change of a parameter", ko="매개변수 변경을 상신했습니다"
)
register(
    "value.change_returned",
    en="returned a change of a list or parameter",
    ko="목록·매개변수 변경을 반려했습니다",
)
register(
    "policy.change_proposed", en="proposed a change of the card policy", ko="카드 규정 변경을 상신했습니다"
)
register("policy.changed", en="changed the card policy", ko="카드 규정을 변경했습니다")
register(
    "policy.change_returned", en="returned a change of the card policy", ko="카드 규정 변경을 반려했습니다"
)
register(
    "wording.change_proposed",
    en="proposed other words for a rule, group, list or parameter",
    ko="규칙·그룹·목록·매개변수의 문구 변경을 상신했습니다",
)
register(
    "wording.changed",
    en="changed the words of a rule, group, list or parameter",
    ko="규칙·그룹·목록·매개변수의 문구를 변경했습니다",
)
register(
    "wording.change_returned",
    en="returned a change of words of a rule, group, list or parameter",
    ko="규칙·그룹·목록·매개변수의 문구 변경을 반려했습니다",
)
