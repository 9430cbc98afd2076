"""What a PDF says to whoever opens it: the words of every page as a viewer puts them together, files in it, and what its pictures carry.

Run in the bounded child only (preview_child.py), by a library that runs no script, form or link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_PAGES = 500
MAX_WORDS = 2_000_000
MAX_FILES = 50
#: Between two pages or files: more signs than may stand inside a number.
APART = "\n\n\n\n"
#: The ends of two lines between which a number may be broken, and how it has to stand when they are put together: in the groups of a
#: card with one sign throughout, as a resident number with its hyphen, or behind the words for a card's number.
_TAIL = re.compile(r"[^\r\n]{0,40}[0-9]$")
_HEAD = re.compile(r"[0-9][0-9 .\-]{0,30}")
_BREAK = re.compile(r"(?<=[0-9])\r?\n(?=[0-9])")
_WHOLE_AGAIN = re.compile(
    r"(?<![0-9])(?:[0-9]{4}([ .\-]{1,2})[0-9]{4}\1[0-9]{4}(?:\1[0-9]{4})?\1[0-9]{1,4}"
    r"|[0-9]{4}([ .\-]{1,2})[0-9]{6}\2[0-9]{4,5}|[0-9]{6}-[0-9]{7})(?![0-9])"
    r"|(?:카드\s?번호|card\s?(?:no|num|number))[^0-9A-Za-z]{0,3}[0-9]{13,19}(?![0-9])",
    re.IGNORECASE,
)
_PRINTED = re.compile(rb"[ -~\t\r\n]{13,}")
_JPEG = b"\xff\xd8\xff"
_MAX_SEGMENTS = 200
_TWO_BYTES = (b"\xff\xfe", b"\xfe\xff")


class TooManyPages(ValueError):
    """More pages or words than are read."""


def words_of(content: bytes, *, depth: int = 0) -> str:
    """Everything that can be read, pages first; nothing of one that cannot be opened. Raises TooManyPages."""
    parts: list[str] = []
    size = 0
    for part in (*_opened(content, depth), *_beside(content)):
        size += len(part)
        if size > MAX_WORDS:
            raise TooManyPages
        parts.append(part)
    return APART.join(parts)


def broken_numbers(text: str) -> Iterator[str]:
    """What stands over the end of a line and would be a number in its groups without it: `4111 1111 11` and `11 1111` below.

    A break between two groups is none of these: what reads a text sees through it. Digits without a gap that go on in the next line are
    put together behind the words for a card's number only: the last column of one row and the first of the next are as often digits.
    """
    for found in _BREAK.finditer(text):
        tail, head = (
            _TAIL.search(text, max(0, found.start() - 41), found.start()),
            _HEAD.match(text, found.end()),
        )
        if tail is None or head is None:
            continue
        for whole in _WHOLE_AGAIN.finditer(tail[0] + head[0]):
            if whole.start() < len(tail[0]) < whole.end():
                yield whole[0]


def _opened(content: bytes, depth: int) -> Iterator[str]:
    """Words of the pages, names and words of the files inside. A page that cannot be read cannot be shown either."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        n_pages, n_files = len(document), document.count_attachments()
    except (pypdfium2.PdfiumError, ValueError):
        return
    if n_pages > MAX_PAGES or n_files > MAX_FILES:
        raise TooManyPages
    for number in range(n_pages):
        try:
            page = document[number]
            words = page.get_textpage()
            if words.count_chars() > MAX_WORDS:
                raise TooManyPages
            text = words.get_text_range()
            yield text
            yield from broken_numbers(text)
            words.close()
            page.close()
        except pypdfium2.PdfiumError:
            continue
    for number in range(n_files):
        try:
            file = document.get_attachment(number)
            yield file.get_name()
            yield _file_words(bytes(file.get_data()), depth)
        except pypdfium2.PdfiumError:
            continue


def _file_words(data: bytes, depth: int) -> str:
    if data.startswith(b"%PDF-") and depth == 0:
        return words_of(data, depth=1)
    if data.startswith(_TWO_BYTES):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _beside(content: bytes) -> Iterator[str]:
    """Comments of pictures, and what stands behind the end."""
    end = content.rfind(b"%%EOF")
    for tail in _PRINTED.findall(content[end + 5 :] if end >= 0 else b""):
        yield tail.decode("ascii")
    at = content.find(_JPEG)
    while at >= 0:
        yield from _picture_words(content, at + 2)
        at = content.find(_JPEG, at + 3)


def _picture_words(content: bytes, at: int) -> Iterator[str]:
    """Comments and application segments of a JPEG, up to its pixels."""
    for _ in range(_MAX_SEGMENTS):
        if content[at : at + 1] != b"\xff" or content[at + 1 : at + 2] in (b"\xda", b"\xd9", b""):
            return
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2:
            return
        if content[at + 1] == 0xFE or 0xE0 <= content[at + 1] <= 0xEF:
            data = content[at + 4 : at + 2 + length]
            for said in _PRINTED.findall(data.replace(b"\0", b"")):
                yield said.decode("ascii")
        at += 2 + length
