#!/usr/bin/env bash
# OFX gives a time with its offset, here half past midnight in Korea. ofxparse moves it to UTC and drops the zone, so that
# the purchase is dated the day before. Windows, night rules and matching by day in a Korean company are off by one day for
# everything bought before nine. Source: the OFX specification's part on dates and time zones.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet ofxparse==0.21
echo "versions: ofxparse==0.21"
echo "expected: 5 January (the local day) or an aware time"
"$work/venv/bin/python" - <<'PYTHON'
import io

from ofxparse import OfxParser

text = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><CCSTMTRS><CURDEF>KRW
<CCACCTFROM><ACCTID>X1</CCACCTFROM><BANKTRANLIST><DTSTART>20260101<DTEND>20260131
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260105003000[+9:KST]<TRNAMT>-1234<FITID>1<NAME>SHOP</STMTTRN>
</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""
date = OfxParser.parse(io.BytesIO(text.encode())).account.statement.transactions[0].date
print("seen:", date, "zone", date.tzinfo)
assert date.day == 4 and date.tzinfo is None
PYTHON
echo "the surprise is still there"
