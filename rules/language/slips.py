"""Messages that say what to write for a slip, by its kind: code → (English, Korean)."""

from __future__ import annotations

from collections.abc import Mapping

SLIPS: Mapping[str, tuple[str, str]] = {
    # What was said as one speaks or as another tool writes it
    "write_as": (
        "In a rule “{found}” is written: {instead}",
        "규칙에서는 ‘{found}’을(를) 이렇게 씁니다: {instead}",
    ),
    "assumed_days": (
        "No period was said: 30 days are put there. Write the one that is meant, for example within 7 days, or day or month after same.",
        "기간을 쓰지 않아 30일로 두었습니다. 뜻하는 기간으로 바꾸세요. 예: within 7 days, same 뒤에 day나 month",
    ),
    "write_formula": (
        "A rule has no spreadsheet functions, only the condition: {instead}",
        "규칙에는 스프레드시트 함수가 없습니다. 조건만 쓰세요: {instead}",
    ),
    "formula": (
        "A rule has no spreadsheet functions. Write conditions with fields and join them with and, or, not, for example: {example}",
        "규칙에는 스프레드시트 함수가 없습니다. 항목으로 조건을 쓰고 and, or, not으로 이으세요. 예: {example}",
    ),
    "leave_query": (
        "A rule is only the condition, without select, group by and having: {instead}",
        "규칙에는 select, group by, having 없이 조건만 씁니다: {instead}",
    ),
    "cell": (
        "{found} is a cell of a spreadsheet. Write the field's name, for example: {example}",
        "{found}은(는) 스프레드시트의 셀입니다. 항목 이름으로 쓰세요. 예: {example}",
    ),
    "half_number": (
        "{found} can be read in two ways: write {point} or, in thousands, {thousands}",
        "{found}은(는) 두 가지로 읽힙니다. {point} 또는 천 단위로 {thousands}(으)로 쓰세요.",
    ),
    "grade_order": (
        "Grades are names without an order. List all that are meant, for example: {example}",
        "직급은 이름일 뿐 높고 낮음을 비교할 수 없습니다. 해당하는 직급을 모두 적으세요. 예: {example}",
    ),
    "trade_is": ("As a trade “{found}” is the category {en}.", "업종으로 ‘{found}’은(는) {ko}입니다."),
    "trade_by_name": (
        "“{found}” is looked for in the shop's name. As a trade it is the category {en}: {choices}",
        "‘{found}’은(는) 가맹점 이름에서 찾습니다. 업종으로는 {ko}이며, 이렇게 씁니다: {choices}",
    ),
    "one_payment": (
        "A rule looks at each payment by itself: “{found}” need not be said. Say what of the payment, for example: {choices}",
        "규칙은 결제를 한 건씩 봅니다. ‘{found}’은(는) 쓰지 않아도 됩니다. 결제의 무엇을 볼지 쓰세요. 예: {choices}",
    ),
    "could_mean": (
        "“{found}” can mean several things here. Write what is meant, for example: {choices}",
        "여기의 ‘{found}’은(는) 여러 가지로 읽힙니다. 뜻하는 것을 쓰세요. 예: {choices}",
    ),
    "can_write": (
        "“{found}” is not understood here. You can write: {choices}",
        "여기의 ‘{found}’은(는) 알아볼 수 없습니다. 다음과 같이 쓰세요: {choices}",
    ),
    "field_alone": (
        "“{found}” ({name}) only says what to look at. Say what of it, for example, which need not be what you mean: {choices}",
        "‘{found}’({name})은(는) 무엇을 볼지만 말합니다. 그 값이 어떠해야 하는지도 쓰세요. 뜻하신 것과 다를 수 있는 예: {choices}",
    ),
    "write_beside": (
        "Beside it, “{found}” is written: {instead}",
        "함께 쓸 ‘{found}’은(는) {instead}(으)로 쓰세요.",
    ),
    "cards_unseen": (
        "A rule does not tell one card from another: it sees whose the card is, its kind and, of a shared card, who used it. The nearest to “{found}” is: {choices}",
        "규칙은 카드를 한 장씩 구분하지 않고 카드 사용자, 카드 종류, 공용 카드의 실사용자만 봅니다. ‘{found}’에 가까운 조건: {choices}",
    ),
    "plain_example": (
        "“{found}” is not understood here. A condition is a field, a comparison and a value, for example: {example}",
        "여기의 ‘{found}’은(는) 알아볼 수 없습니다. 조건은 항목, 비교 기호, 값의 순서로 씁니다. 예: {example}",
    ),
    # What was meant, by the kind of slip; {instead} would be accepted in the place of {found}
    "write_field": ("{found} is written {instead}.", "{found} 항목은 {instead}(으)로 쓰세요."),
    "field_meant": (
        "There is no field {name}. Write {instead} ({label_en}).",
        "{name} 항목은 없습니다. {instead}({label_ko})(으)로 쓰세요.",
    ),
    "unknown_word": ("Write {instead} for {name}.", "{name} 대신 {instead}(으)로 쓰세요."),
    "write_key": (
        "After same, {found} is written {instead}.",
        "same 뒤의 {found}은(는) {instead}(으)로 쓰세요.",
    ),
    "write_function": (
        "The function {found} is written {instead}.",
        "{found} 함수는 {instead}(으)로 쓰세요.",
    ),
    "write_method": (
        "There are no method calls. Write {instead}",
        "메서드는 부를 수 없습니다. {instead}(으)로 쓰세요.",
    ),
    "write_money": (
        "Write the amount {found} in digits with its currency code: {instead}",
        "금액 {found}은(는) 숫자와 통화 코드로 쓰세요: {instead}",
    ),
    "write_duration": ("Write the length {found} as {instead}", "기간 {found}은(는) {instead}(으)로 쓰세요."),
    "write_percent": (
        "Write the percentage {found} as {instead}",
        "백분율 {found}은(는) {instead}(으)로 쓰세요.",
    ),
    "write_date": (
        "Write the date {found} as year-month-day: {instead}",
        "날짜 {found}은(는) 연-월-일로 쓰세요: {instead}",
    ),
    "write_either_date": (
        "The date {found} can be read in two ways. Write year-month-day: {one} or {other}",
        "날짜 {found}은(는) 두 가지로 읽힙니다. 연-월-일로 {one} 또는 {other}(으)로 쓰세요.",
    ),
    "write_time": ("Write the time {found} as {instead}", "시각 {found}은(는) {instead}(으)로 쓰세요."),
    "write_number": ("Write {found} as a plain number: {instead}", "{found}은(는) 숫자만 쓰세요: {instead}"),
    "write_weekday": (
        "Weekdays are numbers from 1 (Monday) to 7 (Sunday): {instead}",
        "요일은 1(월요일)부터 7(일요일)까지의 수입니다. {instead}(으)로 쓰세요.",
    ),
    "write_yes_no": ("Write {instead} for {found}.", "{found} 대신 {instead}(으)로 쓰세요."),
    "write_text": ("Text belongs in quotation marks: {instead}", "글자는 따옴표로 묶으세요: {instead}"),
    "text_needs_quotes": (
        "Text belongs in quotation marks: {instead}",
        "글자는 따옴표로 묶으세요: {instead}",
    ),
    "straight_quotes": ("Use straight quotation marks: {instead}", "곧은 따옴표를 쓰세요: {instead}"),
    "write_sign": ("Write {instead} for {found}.", "{found} 대신 {instead}(으)로 쓰세요."),
    "write_word": ("Write {instead} for “{found}”.", "‘{found}’ 대신 {instead}(으)로 쓰세요."),
    "write_order": (
        "The comparison stands before the value: {instead}",
        "비교 기호는 값 앞에 씁니다: {instead}",
    ),
    "write_range": (
        "A range is written with two dots, both ends included: {instead}",
        "범위는 양 끝을 포함해 점 두 개로 씁니다: {instead}",
    ),
    "write_list": (
        "Several values stand in round brackets after in or contains any: {instead}",
        "여러 값은 in이나 contains any 뒤의 둥근 괄호 안에 씁니다: {instead}",
    ),
    "write_list_name": ("A list is written with @: {instead}", "목록은 @를 붙여 씁니다: {instead}"),
    "write_parameter_name": (
        "A parameter is written with $: {instead}",
        "매개변수는 $를 붙여 씁니다: {instead}",
    ),
    "write_join": (
        "Two conditions need and or or between them. Write and",
        "두 조건 사이에 and나 or가 있어야 합니다. and로 이으세요.",
    ),
    "repeat_subject": (
        "Each condition says what it compares: write {instead} again.",
        "조건마다 무엇을 비교하는지 써야 합니다. {instead}을(를) 다시 쓰세요.",
    ),
    "text_no_order": (
        "Texts and codes are neither more nor less; write {instead} for {found}.",
        "글자와 코드에는 크고 작음이 없습니다. {found} 대신 {instead}(으)로 쓰세요.",
    ),
    "write_compare": (
        "A value is missing its comparison. Write {instead}",
        "비교 기호가 없습니다. {instead}(으)로 쓰세요.",
    ),
    "write_value": (
        "Something is missing here, for example {instead}",
        "여기에 쓸 것이 빠졌습니다. 예: {instead}",
    ),
    "write_multiple": ("For a remainder write {instead}", "나머지는 {instead}(으)로 확인하세요."),
    "leave_out": (
        "A rule is only the condition. Leave out {found}",
        "규칙에는 조건만 씁니다. {found}을(를) 빼세요.",
    ),
    "close_bracket": (
        "A bracket is not closed. Write ) here.",
        "괄호가 닫히지 않았습니다. 여기에 )를 쓰세요.",
    ),
    "open_bracket": ("This bracket closes nothing. Leave it out.", "짝이 없는 닫는 괄호입니다. 빼세요."),
    "window_whole": (
        "A window says whose claims (same …) and how far back (within …): {instead}",
        "집계에는 누구의 청구인지(same …)와 기간(within …)을 씁니다: {instead}",
    ),
    "window_compare": (
        "A window is a number; compare it, for example {instead}",
        "집계는 수입니다. 비교식을 쓰세요. 예: {instead}",
    ),
    "kind_fits": (
        "Here {wanted_en} is needed: write {instead}",
        "이 자리에는 {wanted_ko}이(가) 와야 합니다. {instead}(으)로 쓰세요.",
    ),
    "moment_time": (
        "To compare the time of day write {instead}",
        "시각을 비교하려면 {instead}(으)로 쓰세요.",
    ),
    "like_percent": (
        "like knows * and ?, not %. Write {instead}",
        "like에는 %가 아니라 *와 ?를 씁니다. {instead}(으)로 쓰세요.",
    ),
}
