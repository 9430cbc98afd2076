"""Receipts beside claims: what was found in a file is kept, the file is not."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from audit import clock
from audit.actor import Actor
from audit.keeping import keyed
from audit.permissions import NotPermitted, require
from audit.redaction import redact
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.identity import claims_involving
from fraud.claims.importing.folders import waiting_files
from fraud.claims.models import Claim, Receipt, ReceiptBand
from fraud.claims.receipts.looking import MAX_BYTES, TOGETHER, Looked, look_at_receipts
from fraud.claims.receipts.marks import marks_of
from fraud.claims.receipts.matching import PICTURED, UNCLEAR, alike, bands_of
from fraud.claims.receipts.traces import FALSE_BRN, Traces
from fraud.claims.receipts.values import Values, values_of, words_hash

_log = logging.getLogger(__name__)
TAKEN, UNOPENED, UNKNOWN_CLAIM, UNREADABLE = "taken", "unopened", "unknown_claim", "unreadable"
_SOURCE = Receipt.Source


class ReceiptNotReadable(ValueError):
    """No PDF or picture we decode, larger than 10 MB, or one that had to be stopped."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file of a receipt that was handed in: where it lies, for which claims it may be, and when that happened.

    `traces` are those of the file before its metadata were taken out, with the hash it had then.
    """

    path: Path
    claims: tuple[Claim, ...]
    source: str
    source_key: str
    at: datetime
    traces: Traces | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class FolderReceipt:
    """What became of a file of the folder: `end` is taken, unopened (only its hash is known), unknown_claim or unreadable."""

    name: str
    end: str
    receipt: Receipt | None = None


def take_receipts(handed: Sequence[Handed], *, by: Actor) -> list[Receipt | None]:
    """Read files and keep what each says beside its claim; None for one that is unreadable or fits no single claim of several.

    The same file for the same claim again changes nothing. Raises NotPermitted.
    """
    require(by, "fraud.import_claims")
    return _take(handed, by)


def _take(handed: Sequence[Handed], by: Actor) -> list[Receipt | None]:
    looked = look_at_receipts([one.path for one in handed])
    return [_keep(one, found or _hash_alone(one), by) for one, found in zip(handed, looked, strict=True)]


def take_receipt(*, claim: Claim, name: str, content: bytes, by: Actor) -> Receipt:
    """Read a receipt that another system delivers for a claim; its bytes are not kept. Raises NotPermitted, ReceiptNotReadable."""
    require(by, "fraud.import_claims")
    return _take_sent(claim, name, content, by)


def add_receipt(*, claim: Claim, name: str, content: bytes, by: Actor) -> Receipt:
    """The same of a file that whoever works on a claim hands in for it. Raises NotPermitted, for their own claims too, ReceiptNotReadable."""
    require(by, "fraud.add_receipt")
    if claims_involving(by, Claim.objects.filter(pk=claim.pk)).exists():
        raise NotPermitted("fraud.add_receipt", "own_case")
    return _take_sent(claim, name, content, by)


def _take_sent(claim: Claim, name: str, content: bytes, by: Actor) -> Receipt:
    if not content or len(content) > MAX_BYTES:
        raise ReceiptNotReadable
    with tempfile.NamedTemporaryFile(prefix="receipt-") as file:
        file.write(content)
        file.flush()
        handed = Handed(Path(file.name), (claim,), _SOURCE.INTERFACE, name[:200], clock.now())
        found = _take([handed], by)[0]
    if found is None:
        raise ReceiptNotReadable
    return found


def _hash_alone(handed: Handed) -> Looked | None:
    """What is left of a file that cannot be decoded here (a damaged one, HEIC without its decoder): whether the same was handed in before."""
    if handed.source == _SOURCE.INTERFACE or handed.path.stat().st_size > MAX_BYTES:
        return None
    return Looked(hashlib.sha256(handed.path.read_bytes()).hexdigest(), "", "", "", Traces())


def take_receipt_folder(
    *, folder: Path, by: Actor, settled: int = 60, again: bool = False
) -> Iterator[FolderReceipt]:
    """Read the receipts that lie in a folder, each named by the receipt's or the claim's own number: `R-2026-17.pdf`.

    The files stay where they are; what was read before is not read again, but with `again` those of which nothing could be read: they
    were stopped on a busy machine, or no engine read pixels then. Raises NotPermitted.
    """
    require(by, "fraud.import_claims")
    paths = waiting_files(folder, settled=settled)
    of_folder = Receipt.objects.filter(source=_SOURCE.FOLDER)
    if again:
        of_folder = of_folder.exclude(read_by="", superseded_at=None)
    read = set(of_folder.values_list("source_key", flat=True))
    fresh = [path for path in paths if keyed(_folder_key(path), 200) not in read]
    for at in range(0, len(fresh), TOGETHER):
        few = [(path, claims_named(path.stem)) for path in fresh[at : at + TOGETHER]]
        yield from (FolderReceipt(path.name, UNKNOWN_CLAIM) for path, claims in few if not claims)
        handed = [
            Handed(path, claims, _SOURCE.FOLDER, _folder_key(path), _changed_at(path))
            for path, claims in few
            if claims
        ]
        for one, receipt in zip(handed, take_receipts(handed, by=by), strict=True):
            yield FolderReceipt(one.path.name, _end_of(receipt), receipt)


def _end_of(receipt: Receipt | None) -> str:
    if receipt is None:
        return UNREADABLE
    return UNOPENED if receipt.is_unopened else TAKEN


def withdraw_receipt(source: str, source_key: str) -> None:
    """What a file said counts no longer from now on: whoever handed it in took it back; inside the caller's transaction."""
    Receipt.objects.filter(source=source, source_key=source_key, superseded_at=None).update(
        superseded_at=clock.now()
    )


def claims_named(number: str) -> tuple[Claim, ...]:
    """The claims that go by this number of a receipt, or by this number of their own; at most ten."""
    named = Q(receipt_id=number) | Q(external_id=number)
    return tuple(Claim.objects.filter(named).order_by("id")[:10]) if number else ()


def _folder_key(path: Path) -> str:
    """The name with the size: a file that was written anew is another one."""
    return f"{path.name[-170:]} {path.stat().st_size}"


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(os.stat(path).st_mtime, UTC)


def _keep(handed: Handed, looked: Looked | None, by: Actor) -> Receipt | None:
    if looked is None:
        _log.info("receipt.unreadable", extra={"source": handed.source})
        return None
    is_ocr = looked.read_by == Receipt.ReadBy.OCR
    said = {
        claim.pk: values_of(looked.text, currency=claim.currency, of_pixels=is_ocr) for claim in handed.claims
    }
    claim = _claim_of(handed.claims, said)
    if claim is None:
        return None
    sha256 = handed.sha256 or looked.sha256
    at = clock.now()
    with one_transaction():
        known = Receipt.objects.filter(claim=claim, sha256=sha256, superseded_at=None).first()
        if known is not None:
            if not _says_more(looked, known):
                return known
            known.superseded_at = at
            known.save(update_fields=["superseded_at"])
        return _create(handed, looked, claim, said[claim.pk], sha256, by, at)


def _says_more(looked: Looked, known: Receipt) -> bool:
    """Whether a second reading of a file tells what the first could not, or did not look for before marks were kept."""
    return bool(
        (looked.read_by and not known.read_by)
        or (looked.picture_hash and not known.picture_hash)
        or (looked.read_by and not known.marks and marks_of(looked.text))
    )


def _claim_of(claims: Sequence[Claim], said: dict[int, Values]) -> Claim | None:
    """The one claim, or of several the only one whose amount the receipt says."""
    if len(claims) == 1:
        return claims[0]
    fitting = [c for c in claims if (said[c.pk].total, said[c.pk].currency) == (c.amount_minor, c.currency)]
    return fitting[0] if len(fitting) == 1 else None


def _create(
    handed: Handed, looked: Looked, claim: Claim, said: Values, sha256: str, by: Actor, at: datetime
) -> Receipt:
    paid_on = claim.transacted_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    signs = list((handed.traces or looked.traces).signs(paid_on))
    if said.has_false_brn and looked.read_by == Receipt.ReadBy.TEXT:  # of pixels it may be misread
        signs.append(FALSE_BRN)
    receipt = Receipt(
        claim=claim,
        source=handed.source,
        source_key=keyed(handed.source_key, 200),
        sha256=sha256,
        picture_hash=looked.picture_hash,
        picture_cells=looked.picture_cells,
        words_hash=words_hash(looked.text) if looked.read_by == Receipt.ReadBy.TEXT else "",
        total_minor=said.total,
        currency=said.currency,
        issued_on=said.issued_on,
        brn=said.brn,
        number=said.number,
        marks=marks_of(looked.text) if looked.read_by else {},
        items=redact(said.items)[:500],
        read_by=looked.read_by,
        signs=signs,
        handed_in_at=handed.at,
        received_at=at,
    )
    others = Receipt.objects.exclude(claim=claim).filter(superseded_at=None)
    receipt.n_same = others.filter(sha256=sha256).values("claim").distinct().count()
    found = [
        (other.claim_id, how)
        for other, how in alike(receipt, others.exclude(sha256=sha256))
        if how != UNCLEAR
    ]
    receipt.n_alike = len({claim_id for claim_id, _ in found})
    receipt.n_pictured = len({claim_id for claim_id, how in found if how == PICTURED})
    receipt.save()
    ReceiptBand.objects.bulk_create(
        ReceiptBand(receipt=receipt, band=band, value=value) for band, value in bands_of(receipt)
    )
    record(
        action="receipt.read",
        by=by,
        subject=f"claim:{claim.pk}",
        after={"receipt": receipt.reference, "read_by": receipt.read_by, "n_signs": len(signs)},
    )
    return receipt
