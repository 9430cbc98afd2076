"""Sentences of strangers about hours before, single payments, spans of categories, departments alone, repeats and trades: what is offered, what is asked."""

from __future__ import annotations

#: said | the rule that is offered
READ = (
    ("새벽 2시 전", "hour < 2"),
    ("오후 3시 30분 전 20만원 이상", "time(transacted_at) < 15:30 and amount >= 200,000 KRW"),
    ("저녁 7시 전까지 카페", 'hour < 19 and merchant.name contains "카페"'),
    ("22:00 전 택시", 'hour < 22 and merchant.name contains "택시"'),
    ("before 7 in the morning", "hour < 7"),
    ("earlier than 6 am", "hour < 6"),
    ("until 3 am", "time(transacted_at) <= 03:00"),
    ("after 11 pm until 2 am", "time(transacted_at) in 23:00..02:00"),
    ("한도의 절반 이상을 한 번에", "amount >= 50% * card.limit"),
    ("more than half of the limit at once", "amount > 50% * card.limit"),
    ("한꺼번에 200만원 이상", "amount >= 2,000,000 KRW"),
    ("단건 30만원 초과", "amount > 300,000 KRW"),
    ("the same amount twice a day", "count(same cardholder, amount, day) >= 2"),
    ("same merchant twice a day", "count(same cardholder, merchant, day) >= 2"),
    ("same shop 5 times per week", "count(same cardholder, merchant, week) >= 5"),
    ("same person twice within an hour", "count(same cardholder within 1 hour) >= 2"),
    ("the same sum three times an hour", "count(same cardholder, amount within 1 hour) >= 3"),
)

_AIRLINES = 'merchant.mcc matches "^(3[0-2][0-9]{2}|33[0-4][0-9]|3350)$"'
_FUEL = 'merchant.mcc in ("5541", "5542", "5983")'
#: said | what is told with it | what to write
LEFT_OPEN = (
    ("in one payment", "one_payment", "amount > 500,000 KRW"),
    ("한 번에", "one_payment", "amount > 500,000 KRW"),
    ("2시 전 결제", "could_mean", "hour < 2, hour < 14"),
    ("밤 11시부터 새벽 2시 전까지", "can_write", "time(transacted_at) >= 23:00 or time(transacted_at) < 02:00"),
    ("mcc between 3000 and 3350", "can_write", _AIRLINES),
    ("업종코드 3000에서 3350 사이", "can_write", _AIRLINES),
    ("mcc not between 3000 and 3350", "can_write", f"not ({_AIRLINES})"),
    ("mcc other than 3000 to 3350", "can_write", f"not ({_AIRLINES})"),
    ("mcc 5811-5814 over 100,000", "can_write", 'merchant.mcc in ("5811", "5812", "5813", "5814")'),
    ("업종 5812와 5813", "can_write", 'merchant.mcc in ("5812", "5813")'),
    ("영업부만", "can_write", 'cardholder.department contains "영업부"'),
    ("영업팀만 10만원 초과", "write_beside", "amount > 100,000 KRW"),
    ("인사부만 빼고", "can_write", 'not (cardholder.department contains "인사부")'),
    ("재무팀과 인사팀만", "can_write", 'cardholder.department contains any ("재무팀", "인사팀")'),
    ("only department Sales", "can_write", 'cardholder.department contains "Sales"'),
    ("everyone except sales", "can_write", 'not (cardholder.department contains "sales")'),
    ("all departments except legal over 50,000", "can_write", 'not (cardholder.department contains "legal")'),
    ("only marketing at night", "can_write", 'cardholder.department contains "marketing"'),
    ("the same receipt twice", "can_write", "count(same receipt within 365 days) >= 2"),
    ("fuel", "could_mean", _FUEL),
    ("주유 10만원 초과", "could_mean", "merchant.mcc in @fuel_mcc"),
    ("no fuel on weekends", "could_mean", f"{_FUEL}, not ({_FUEL})"),
    ("no karaoke after 10 pm", "could_mean", 'merchant.biz_type contains "karaoke", not (merchant.biz_type contains "karaoke")'),
    ("without hotels", "could_mean", 'not (merchant.mcc matches "^(7011|3[5-9])")'),
    ("never at a casino", "could_mean", 'merchant.mcc = "7995", not (merchant.mcc = "7995")'),
    ("hotel", "could_mean", 'merchant.mcc matches "^(7011|3[5-9])"'),
    ("bar", "could_mean", "merchant.name contains any @bar_words"),
)  # fmt: skip

#: said | the rule that is offered | the category it tells beside
BY_NAME = (
    ("택시", 'merchant.name contains "택시"', "4121"),
    ("golf on weekends", 'merchant.name contains "golf" and is_weekend', "7992"),
    ("호텔 제외", 'merchant.name not contains "호텔"', "7011"),
    ("주점", 'merchant.name contains "주점"', "5813"),
)
