"""Receipts (영수증): what a picture or a PDF of one says, whether it was handed in before, and signs that somebody edited it.

`traces.py`, `values.py` and `looking.py` are pure: bytes or text in, findings out. `taking.py` keeps what was found beside the
claim; the file itself stays where it lies.
"""
