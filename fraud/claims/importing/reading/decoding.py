"""Which encoding a text file is in, decided over the whole file and strictly; nothing is ever replaced."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.reading.limits import DEFAULT_LIMITS, Limits

_BLOCK = 1 << 20
_HANGUL = rb"(?:\xea[\xb0-\xbf][\x80-\xbf]|[\xeb\xec][\x80-\xbf]{2}|\xed[\x80-\x9e][\x80-\xbf]){2,}"
#: Sequences that only UTF-8 text is likely to contain, per legacy encoding.
_FOREIGN = {
    "cp949": re.compile(_HANGUL),
    "cp1252": re.compile(rb"[\xc3-\xc5][\x80-\xbf]|\xe2[\x80-\x84][\x80-\xbf]"),
}
_ALIASES = {
    "euc-kr": "cp949",
    "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
}


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to read the file. `bom` bytes come off the front; `surrogates`: some rows hold half characters."""

    encoding: str
    bom: int = 0
    surrogates: bool = False


def raw_blocks(path: Path, limits: Limits = DEFAULT_LIMITS, size: int = _BLOCK) -> Iterator[bytes]:
    """The file's bytes, unpacked when it is gzip. Raises FileQuarantined when they are too many or damaged."""
    total = 0
    with path.open("rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        with gzip.open(plain) if packed else plain as stream:
            while True:
                try:
                    block = stream.read(size)
                except (EOFError, OSError, zlib.error) as error:
                    raise FileQuarantined("file_damaged") from error
                if not block:
                    return
                total += len(block)
                if total > limits.bytes:
                    raise FileQuarantined("file_too_large", limit=limits.bytes)
                yield block


def detect(path: Path, encodings: Sequence[str], limits: Limits = DEFAULT_LIMITS) -> Decoding:
    """UTF-8 first and strictly, then the profile's other encodings. Raises FileQuarantined with the byte that fits none."""
    head = next(raw_blocks(path, limits), b"")
    if head.startswith(codecs.BOM_UTF16_LE) or head.startswith(codecs.BOM_UTF16_BE):
        encoding = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        return _confirm(path, [encoding], bom=2, limits=limits)
    bom = 3 if head.startswith(codecs.BOM_UTF8) else 0
    sample = head[:4096]
    if len(sample) > 64 and max(sample[0::2].count(0), sample[1::2].count(0)) > len(sample) // 5:
        raise FileQuarantined("encoding_unmarked")
    wanted = [_ALIASES.get(name.lower(), name.lower()) for name in encodings]
    legacy = [] if bom else [name for name in dict.fromkeys(wanted) if name != "utf-8"]
    return _confirm(path, ["utf-8", *legacy], bom=bom, limits=limits)


def _confirm(path: Path, encodings: Sequence[str], *, bom: int, limits: Limits) -> Decoding:
    places = []
    for encoding in encodings:
        fault = _first_fault(path, encoding, "strict", limits)
        if fault is None:
            if encoding in _FOREIGN:
                _refuse_foreign(path, encoding, limits)
            return Decoding(encoding, bom)
        places.append(fault)
        if encoding == "utf-8" and _first_fault(path, encoding, "surrogatepass", limits) is None:
            return Decoding(encoding, bom, surrogates=True)
    offset, line = max(places)  # the encoding that went furthest tells most
    raise FileQuarantined("encoding_mixed", offset=offset, line=line, encodings=", ".join(encodings).upper())


def _first_fault(path: Path, encoding: str, errors: str, limits: Limits) -> tuple[int, int] | None:
    """(byte offset, line) of the first byte the encoding cannot read; None when it reads the whole file."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    fed, line = 0, 1
    for block in chain(raw_blocks(path, limits), (b"",)):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            # The decoder puts what it kept from the block before in front of this one.
            at = error.start - (len(error.object) - len(block))
            return fed + at, line + block[: max(at, 0)].count(b"\n")
        fed += len(block)
        line += block.count(b"\n")
    return None


def _refuse_foreign(path: Path, encoding: str, limits: Limits) -> None:
    """A legacy encoding reads some UTF-8 lines without complaint, as the wrong letters: such a file is mixed."""
    pattern, start, line = _FOREIGN[encoding], 0, 1
    rest = b""
    for block in raw_blocks(path, limits):
        data = rest + block
        cut = data.rfind(b"\n") + 1 or len(data)
        whole, rest = data[:cut], data[cut:]
        for hit in pattern.finditer(whole):
            begin = whole.rfind(b"\n", 0, hit.start()) + 1
            end = whole.find(b"\n", hit.end())
            if _is_utf8(whole[begin : end if end >= 0 else len(whole)]):
                at = line + whole[: hit.start()].count(b"\n")
                raise FileQuarantined(
                    "encoding_mixed", offset=start + hit.start(), line=at, encodings=f"{encoding.upper()}"
                )
        start += len(whole)
        line += whole.count(b"\n")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def utf8_blocks(path: Path, decoding: Decoding, limits: Limits, size: int) -> Iterator[bytes]:
    """The file as UTF-8 bytes without its byte order mark, in blocks of about `size` bytes."""
    skip = decoding.bom
    decoder = (
        None if decoding.encoding == "utf-8" else codecs.getincrementaldecoder(decoding.encoding)("strict")
    )
    for block in raw_blocks(path, limits, size):
        data = block[skip:]
        skip = 0
        yield data if decoder is None else decoder.decode(data).encode("utf-8")
    if decoder is not None and (tail := decoder.decode(b"", final=True)):
        yield tail.encode("utf-8")
