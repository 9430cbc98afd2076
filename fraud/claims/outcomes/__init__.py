"""Outcomes that were decided elsewhere: findings of an audit, of another system, of appeals, and tips, by page, interface and file."""
