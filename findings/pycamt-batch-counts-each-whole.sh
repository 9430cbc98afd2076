#!/usr/bin/env bash
# pycamt 1.1.1: a collective entry of a bank statement (camt.053) is counted once for each payment in it.
# One would expect the amounts of transactions to add up to the entry. Where a bank lists the payments of a batch without their amounts, as the format allows, every one of them is given the amount of the whole entry:
# a statement from 1,000 to -100 euros that books 1,100 has 2,200 gone. Amounts carry no sign, while balances do.
# It hurts reconciliation: repayments are matched against sums that never moved.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pycamt==1.1.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from pycamt.parser import Camt053Parser

balance = '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Dt><Dt>2026-03-05</Dt></Dt></Bal>'
detail = "<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs></TxDtls>"
entry = (
    '<Ntry><Amt Ccy="EUR">1100.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-05</Dt></BookgDt>'
    "<BkTxCd><Prtry><Cd>NMSC</Cd></Prtry></BkTxCd>"
    f"<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>{detail.format('E1')}{detail.format('E2')}</NtryDtls></Ntry>"
)
statement = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
    "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-06T06:00:00</CreDtTm></GrpHdr>"
    "<Stmt><Id>S</Id><CreDtTm>2026-03-06T06:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>"
    f"{balance.format('OPBD', '1000.00', 'CRDT')}{balance.format('CLBD', '100.00', 'DBIT')}{entry}</Stmt></BkToCstmrStmt></Document>"
)
read = Camt053Parser(statement.encode())
info, moved = read.get_statement_info(), [Decimal(row["Amount"]) for row in read.get_transactions()]
info = info[0] if isinstance(info, list) else info
print(f"from {info['OpeningBalance']} to {info['ClosingBalance']} by transactions {[str(one) for one in moved]}, together {sum(moved)}")
assert sum(moved) == 2200, "the behaviour has changed"
PYTHON
