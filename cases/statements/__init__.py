"""Bank statements as banks deliver them: read, checked against the balance they state, and told as entries."""

from cases.statements.entries import Entry, Statement, StatementNotValid
from cases.statements.reading import is_statement, read_statements

__all__ = ["Entry", "Statement", "StatementNotValid", "is_statement", "read_statements"]
