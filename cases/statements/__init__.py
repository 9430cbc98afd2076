"""Bank statements as banks deliver them: read, checked against the balance they state, and told as entries."""

from cases.statements.apart import read_apart
from cases.statements.columns import TableSpec, read_table_spec
from cases.statements.entries import Entry, Statement, StatementNotValid, account_end
from cases.statements.reading import is_statement, read_rows, read_statements

__all__ = [
    "Entry",
    "Statement",
    "StatementNotValid",
    "TableSpec",
    "account_end",
    "is_statement",
    "read_apart",
    "read_rows",
    "read_statements",
    "read_table_spec",
]
