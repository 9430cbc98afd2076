"""Every message about a rule's text: code → (English, Korean)."""

from __future__ import annotations

from collections.abc import Mapping

from rules.language.certain.words import CERTAIN
from rules.language.slips import SLIPS

MESSAGES: Mapping[str, tuple[str, str]] = {
    # The text as a whole
    "empty": (
        "The rule is empty. Write a condition, for example: amount > 500,000 KRW",
        "규칙이 비어 있습니다. 조건을 적으세요. 예: amount > 500,000 KRW",
    ),
    "too_long": (
        "The rule has {length} characters; at most {limit} are allowed. Put long lists into a managed list and write @name.",
        "규칙이 {length}자입니다. {limit}자까지 쓸 수 있습니다. 긴 목록은 관리 목록에 넣고 @이름으로 쓰세요.",
    ),
    "too_deep": (
        "The rule is nested more than {limit} levels deep. Split it into several rules or join the conditions with and / or.",
        "규칙이 {limit}단계보다 깊게 중첩되었습니다. 규칙을 나누거나 조건을 and / or로 이으세요.",
    ),
    "too_many_nodes": (
        "The rule has more than {limit} parts. Split it into several rules; put long lists into a managed list.",
        "규칙의 요소가 {limit}개를 넘습니다. 규칙을 나누고 긴 목록은 관리 목록에 넣으세요.",
    ),
    "too_many_items": (
        "The list has more than {limit} values. Put them into a managed list and write @name.",
        "목록의 값이 {limit}개를 넘습니다. 관리 목록에 넣고 @이름으로 쓰세요.",
    ),
    "card_number": (
        "This looks like a full card number. None is kept anywhere, so no claim could have it: write its last four digits or the card's token.",
        "카드 번호 전체로 보입니다. 카드 번호는 어디에도 저장하지 않아 맞는 청구가 없습니다. 뒤 네 자리나 카드 토큰을 쓰세요.",
    ),
    "resident_number": (
        "This looks like a resident registration number. None is kept anywhere, so no claim could have it: write the employee number.",
        "주민등록번호로 보입니다. 주민등록번호는 어디에도 저장하지 않아 맞는 청구가 없습니다. 사원번호를 쓰세요.",
    ),
    "constant": (
        "The rule looks at nothing of the claim, so it would be true for all or for none. Compare a field, for example: amount > 500,000 KRW",
        "규칙이 청구의 어떤 항목도 보지 않아 모두 참이거나 모두 거짓이 됩니다. 항목을 비교하세요. 예: amount > 500,000 KRW",
    ),
    # Words and signs
    "unexpected": (
        "{found} cannot stand here. Expected: {expected_en}.",
        "여기에는 {found}을(를) 쓸 수 없습니다. 올 수 있는 것: {expected_ko}.",
    ),
    "unexpected_end": (
        "The rule ends too early. Expected: {expected_en}.",
        "규칙이 끝나지 않았습니다. 이어서 올 것: {expected_ko}.",
    ),
    "sign": (
        "The sign {found} is not part of the language. {hint_en}",
        "{found} 기호는 쓸 수 없습니다. {hint_ko}",
    ),
    "open_text": (
        "This text is not closed. Put the same quotation mark at its end.",
        "따옴표가 닫히지 않았습니다. 같은 따옴표로 닫으세요.",
    ),
    "control_character": (
        "A text may not contain control characters. Write visible characters only.",
        "글자에는 제어 문자를 쓸 수 없습니다. 보이는 글자만 쓰세요.",
    ),
    "capital_keyword": ("Write {word} in small letters: {small}", "{word}은(는) 소문자로 쓰세요: {small}"),
    "not_ascii": (
        "The name {name} contains the character {character} ({character_name}), which only looks like a Latin letter. Names use a-z, 0-9, _ and "
        "dots.{hint_en}",
        "이름 {name}에 라틴 글자처럼 보이는 문자 {character}({character_name})이(가) 있습니다. 이름에는 a-z, 0-9, _, 점만 씁니다.{hint_ko}",
    ),
    "foreign_word": (
        'There is no field {name}. To look for that word write merchant.name contains "{name}"; the fields stand under “Words of the language”.',
        '{name}(이)라는 항목은 없습니다. 그 낱말을 찾으려면 merchant.name contains "{name}"(으)로 쓰세요. 쓸 수 있는 항목은 ‘규칙 언어의 단어’에 있습니다.',
    ),
    "dunder": (
        "{name} is not a name of this language; names with double underscores do not exist.",
        "{name}은(는) 이 언어의 이름이 아닙니다. 밑줄 두 개를 이어 쓴 이름은 없습니다.",
    ),
    # Names
    "unknown_field": ("There is no field {name}.{hint_en}", "{name} 항목은 없습니다.{hint_ko}"),
    "outcome_field": (
        "{name} is known only after a review. A rule may use only what was known when the claim was made.{hint_en}",
        "{name}은(는) 검토가 끝난 뒤에야 알 수 있는 값입니다. 규칙은 청구 시점에 알려진 값만 쓸 수 있습니다.{hint_ko}",
    ),
    "rule_reference": (
        "{name} refers to a rule. A rule cannot use another rule; write its condition here.",
        "{name}은(는) 다른 규칙을 가리킵니다. 규칙에서 다른 규칙을 쓸 수 없으니 그 조건을 직접 적으세요.",
    ),
    "unknown_list": ("There is no list @{name}.{hint_en}", "@{name} 목록은 없습니다.{hint_ko}"),
    "unknown_parameter": ("There is no parameter ${name}.{hint_en}", "${name} 매개변수는 없습니다.{hint_ko}"),
    "unknown_function": ("There is no function {name}.{hint_en}", "{name} 함수는 없습니다.{hint_ko}"),
    "unknown_key": (
        "{name} cannot stand after same. Use {known} or a code field.{hint_en}",
        "same 뒤에 {name}을(를) 쓸 수 없습니다. {known} 또는 코드 항목을 쓰세요.{hint_ko}",
    ),
    **SLIPS,
    **CERTAIN,
    # Literals
    "number_digits": ("The number has more than 18 digits.", "숫자가 18자리를 넘습니다."),
    "ambiguous_comma": (
        "{found} could be one number or several. Write {several} for several values or {one} for one number.",
        "{found}은(는) 수 하나인지 여러 값인지 알 수 없습니다. 여러 값이면 {several}, 하나이면 {one}(으)로 쓰세요.",
    ),
    "bad_date": (
        "{found} is no date. Write year-month-day, for example 2026-01-31",
        "{found}은(는) 날짜가 아닙니다. 2026-01-31처럼 쓰세요.",
    ),
    "bad_time": (
        "{found} is no time. Write 00:00 to 23:59",
        "{found}은(는) 시각이 아닙니다. 00:00부터 23:59까지 쓰세요.",
    ),
    "bad_currency": (
        "{found} is no currency code of ISO 4217, such as KRW, USD, EUR or GBP. Write for example {instead}",
        "{found}은(는) ISO 4217 통화 코드가 아닙니다. KRW, USD, EUR, GBP처럼 쓰세요. 예: {instead}",
    ),
    "bad_money": (
        "{found} has more decimals than {currency} allows. Write {instead}",
        "{found}은(는) {currency}에 허용된 소수 자릿수를 넘습니다. {instead}(으)로 쓰세요.",
    ),
    "bad_duration": (
        "Business days are whole: write 2 business days",
        "영업일은 정수로 쓰세요. 예: 2 business days",
    ),
    "too_large": ("{found} is too large.", "{found}은(는) 너무 큽니다."),
    # Types
    "not_a_condition": (
        "A rule must be a condition that is yes or no; this is {type_en}. Compare it, for example: {example}",
        "규칙은 예/아니요로 답하는 조건이어야 하는데 {type_ko}입니다. 비교식으로 쓰세요. 예: {example}",
    ),
    "needs_condition": (
        "{word} joins conditions; this is {type_en}. Compare it, for example: {example}",
        "{word}은(는) 조건을 잇습니다. 이것은 {type_ko}입니다. 비교식으로 쓰세요. 예: {example}",
    ),
    "unlike_types": (
        "{left_en} cannot be compared with {right_en}. Expected {expected_en}.",
        "{left_ko}와(과) {right_ko}은(는) 비교할 수 없습니다. {expected_ko}이(가) 와야 합니다.",
    ),
    "money_needs_currency": (
        "This is money: write the amount with its currency, for example {example}",
        "금액입니다. 통화를 함께 쓰세요. 예: {example}",
    ),
    "currencies": (
        "{left} and {right} are different currencies and cannot be mixed. Write one rule or one parameter value per currency.",
        "{left}와(과) {right}은(는) 서로 다른 통화라 함께 쓸 수 없습니다. 통화마다 규칙이나 매개변수 값을 두세요.",
    ),
    "code_needs_quotes": (
        "This is a code, not a number: write it in quotation marks, for example {example}",
        "숫자가 아니라 코드입니다. 따옴표로 묶으세요. 예: {example}",
    ),
    "no_order": (
        "{type_en} has no order; use = or != instead of {op}.",
        "{type_ko}에는 크고 작음이 없습니다. {op} 대신 = 또는 !=을 쓰세요.",
    ),
    "arithmetic": (
        "{left_en} {op} {right_en} has no meaning. {hint_en}",
        "{left_ko} {op} {right_ko}은(는) 계산할 수 없습니다. {hint_ko}",
    ),
    "negate": (
        "A minus sign needs a number, money or a duration; this is {type_en}.",
        "빼기 기호 뒤에는 수, 금액, 기간이 와야 하는데 {type_ko}입니다.",
    ),
    "needs_text": (
        "{word} looks into a text; this is {type_en}.",
        "{word}은(는) 글자에서 찾습니다. 이것은 {type_ko}입니다.",
    ),
    "needs_pattern": (
        "{word} needs a text in quotation marks after it.",
        "{word} 뒤에는 따옴표로 묶은 글자가 와야 합니다.",
    ),
    "empty_pattern": (
        "An empty text is part of every text. Write at least one character.",
        "빈 글자는 모든 글자에 들어 있습니다. 한 글자 이상 쓰세요.",
    ),
    "pattern_too_long": (
        "A pattern has at most {limit} characters; this one has {length}.",
        "정규식은 {limit}자까지 쓸 수 있습니다. 지금은 {length}자입니다.",
    ),
    "latin_pattern": (
        "{sign} knows Latin letters only and never meets Hangul. Write {instead} instead.",
        "{sign}은(는) 라틴 문자만 알아보아 한글과 맞지 않습니다. {instead}(으)로 써 주세요.",
    ),
    "bad_pattern": (
        "This regular expression cannot be used: {reason}. Only expressions that run in linear time are allowed: no look-around, no "
        "back-references, no (?…) options.",
        "이 정규식은 쓸 수 없습니다: {reason}. 선형 시간에 끝나는 정규식만 됩니다. 전후방 탐색, 역참조, (?…) 옵션은 쓸 수 없습니다.",
    ),
    "list_type": (
        "@{name} is a list of texts or codes; this is {type_en}.",
        "@{name}은(는) 글자·코드 목록인데 {type_ko}과(와) 비교했습니다.",
    ),
    "list_alone": (
        "@{name} is a list. Write it after in or contains any.",
        "@{name}은(는) 목록입니다. in 또는 contains any 뒤에 쓰세요.",
    ),
    "range_type": (
        "A range needs numbers, money, dates, times or durations; this is {type_en}.",
        "범위에는 수, 금액, 날짜, 시각, 기간이 와야 하는데 {type_ko}입니다.",
    ),
    "empty_range": (
        "The range {low}..{high} is empty. Write the smaller value first: {high}..{low}",
        "{low}..{high} 범위는 비어 있습니다. 작은 값을 먼저 쓰세요: {high}..{low}",
    ),
    "missing_of_condition": (
        "is missing needs a field or a calculation, not a condition.",
        "is missing 앞에는 조건이 아니라 항목이나 계산식이 와야 합니다.",
    ),
    # Functions and windows
    "argument_count": (
        "{name} takes {expected}, for example {example}",
        "{name} 함수의 인수는 {expected}개입니다. 예: {example}",
    ),
    "argument_type": (
        "{name} needs {expected_en} here; this is {type_en}. For example: {example}",
        "{name} 함수의 이 자리에는 {expected_ko}이(가) 와야 하는데 {type_ko}입니다. 예: {example}",
    ),
    "not_a_window": (
        "{name} is a function, not a window; same … belongs to count, sum, mean, median, percentile, deviation, min, max, distinct, share, change and since_last.",
        "{name}은(는) 기간 집계가 아닙니다. same …은 count, sum, mean, median, percentile, deviation, min, max, distinct, share, change, since_last와 씁니다.",
    ),
    "window_needs_keys": (
        "{name} needs the claims it looks at, for example {example}",
        "{name}에는 어느 청구를 볼지 적어야 합니다. 예: {example}",
    ),
    "window_value": (
        "{name} needs {expected_en}, for example {example}",
        "{name}에는 {expected_ko}이(가) 필요합니다. 예: {example}",
    ),
    "window_no_value": (
        "{name} counts claims and takes no value: {example}",
        "{name}은(는) 청구를 셉니다. 값을 쓰지 마세요. 예: {example}",
    ),
    "window_nested": (
        "A window cannot stand inside another window. Compare the two windows in the rule instead.",
        "집계 안에 다른 집계를 쓸 수 없습니다. 두 집계를 규칙에서 따로 비교하세요.",
    ),
    "window_share_form": (
        "share is written: share(amount of cardholder in merchant within 180 days)",
        "share는 이렇게 씁니다: share(amount of cardholder in merchant within 180 days)",
    ),
    "window_percentile_form": (
        "percentile is written: percentile(95% of amount same department, mcc within 90 days)",
        "percentile은 이렇게 씁니다: percentile(95% of amount same department, mcc within 90 days)",
    ),
    "percentile_range": (
        "A percentile lies above 0% and reaches to 100%. Write 95% for the value that 95% of the claims do not exceed.",
        "백분위수는 0%보다 크고 100% 이하입니다. 청구의 95%가 넘지 않는 값이면 95%로 쓰세요.",
    ),
    "window_no_others": (
        "{name} cannot be asked of others. by others stands with {known}.",
        "{name}에는 by others를 쓸 수 없습니다. by others는 {known}에 씁니다.",
    ),
    "others_of_cardholder": (
        "by others leaves out the cardholder's own claims, so nothing is left of the same cardholder. Write same department or same job_family.",
        "by others는 본인 청구를 빼므로 같은 사용자로는 남는 청구가 없습니다. same department나 same job_family로 쓰세요.",
    ),
    "window_not_whole": (
        "{name} has no answer for a whole period. Leave whole out, or write within 30 days.",
        "{name}에는 whole을 쓸 수 없습니다. whole을 빼거나 within 30 days로 쓰세요.",
    ),
    "change_needs_within": (
        "change compares a length with the same length before it and needs that length, for example {example}",
        "change는 어떤 기간을 그 직전의 같은 기간과 비교하므로 기간이 필요합니다. 예: {example}",
    ),
    "whole_others": (
        "whole and by others cannot stand together; keep one.",
        "whole과 by others는 함께 쓸 수 없습니다. 하나만 쓰세요.",
    ),
    "two_periods": (
        "Give the window one length: a calendar period ({period}) or within, not both.",
        "기간은 달력 단위({period})와 within 중 하나만 쓰세요.",
    ),
    "whole_needs_period": (
        "whole stands only before day, week, month, quarter or year.",
        "whole은 day, week, month, quarter, year 앞에만 씁니다.",
    ),
    "whole_before": (
        "whole and before contradict each other; keep one.",
        "whole과 before는 함께 쓸 수 없습니다.",
    ),
    "since_last_limits": (
        "since_last looks back to the previous claim; it takes only the keys after same.",
        "since_last는 직전 청구까지의 시간입니다. same 뒤의 항목만 쓸 수 있습니다.",
    ),
    "within_duration": (
        "within needs a duration such as 30 minutes, 7 days or 2 business days.",
        "within 뒤에는 30 minutes, 7 days, 2 business days 같은 기간이 와야 합니다.",
    ),
    "within_positive": (
        "The duration after within must be more than zero.",
        "within 뒤의 기간은 0보다 커야 합니다.",
    ),
    "within_too_long": (
        "A window looks back at most {days} days ({business_days} business days). Write within {days} days or less; "
        "without within it looks at everything before.",
        "기간은 최대 {days}일(영업일 {business_days}일)까지 거슬러 볼 수 있습니다. within {days} days 이하로 쓰세요. "
        "within을 쓰지 않으면 이전 내역을 모두 봅니다.",
    ),
    "business_days_use": (
        "Business days stand only after within; to compare, use business_days_between(a, b) > 2",
        "영업일은 within 뒤에만 쓸 수 있습니다. 비교하려면 business_days_between(a, b) > 2로 쓰세요.",
    ),
    # JSON form
    "json_form": (
        "The form's data is not a rule at {path}: {reason}.",
        "양식의 내용이 규칙이 아닙니다. 위치 {path}: {reason}.",
    ),
}
