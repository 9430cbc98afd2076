"""What was found in receipts that were handed in; the files themselves lie elsewhere."""

from __future__ import annotations

import secrets

from django.db import models

from fraud.claims.models.claims import Claim


def new_receipt_reference() -> str:
    """A public id that cannot be guessed: "R-" and 128 random bits."""
    return f"R-{secrets.token_hex(16)}"


class Receipt(models.Model):
    """A receipt of a claim: hashes of its file, what it says, and signs of editing. Never changed; a withdrawn one is superseded.

    Where its file was erased, what it said is gone too, see fraud.claims.receipts.forgetting.
    """

    class Source(models.TextChoices):
        ANSWER = "answer"  # sent with an explanation or an appeal
        FOLDER = "folder"
        INTERFACE = "interface"  # sent by a program, or by a person on the claim's page

    class ReadBy(models.TextChoices):
        TEXT = "text"  # the text a PDF carries
        OCR = "ocr"

    reference = models.CharField(max_length=34, unique=True, default=new_receipt_reference)
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="receipts")
    source = models.CharField(max_length=10, choices=Source)
    source_key = models.CharField(
        max_length=200
    )  # where the file lies: its evidence, or its name in the folder
    sha256 = models.CharField(max_length=64, db_index=True)  # of the file as it was handed in
    picture_hash = models.CharField(max_length=64, blank=True)  # 256 bits; empty where nothing can be drawn
    picture_cells = models.TextField(blank=True)  # about 3 kB, see fraud.claims.receipts.pictures
    words_hash = models.CharField(
        max_length=64, blank=True
    )  # of a PDF's own text, see fraud.claims.receipts.values
    marks = models.JSONField(default=dict)  # what tells one purchase from the next, see …receipts.marks
    n_same = models.PositiveIntegerField()  # other claims for which the same file was known before
    n_alike = models.PositiveIntegerField()  # … or the same paper in another file
    n_pictured = models.PositiveIntegerField(default=0)  # of those: told by the picture, not by what it says
    total_minor = models.BigIntegerField(null=True)  # in minor units of `currency`
    currency = models.CharField(max_length=3, blank=True)
    issued_on = models.DateField(null=True)
    brn = models.CharField(max_length=10, blank=True)  # only with a right check digit
    number = models.BigIntegerField(null=True)
    items = models.CharField(max_length=500, blank=True)
    read_by = models.CharField(max_length=4, choices=ReadBy, blank=True)  # empty: nothing could be read of it
    signs = models.JSONField(default=list)  # of editing, see fraud.claims.receipts.traces
    handed_in_at = models.DateTimeField()  # when it happened
    received_at = models.DateTimeField()  # when what it says became known
    superseded_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)  # what was read is gone after the period of its file

    class Meta:
        ordering = ["received_at", "id"]
        constraints = [
            # One file is one receipt of a claim, however often it is delivered; taken back or read anew, it may come again.
            models.UniqueConstraint(
                fields=["claim", "sha256"],
                condition=models.Q(superseded_at__isnull=True),
                name="receipt_once",
            )
        ]
        indexes = [
            # What became known lately: its claims are judged again.
            models.Index(fields=["received_at"], name="receipt_received"),
            # When one was last taken back: few are, and the table is wide.
            models.Index(
                fields=["superseded_at"],
                condition=models.Q(superseded_at__isnull=False),
                name="receipt_ended",
            ),
            # Whoever takes a file back or erases it knows its evidence alone.
            models.Index(fields=["source_key"], condition=models.Q(source="answer"), name="receipt_answer"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def file_name(self) -> str:
        """What the file was called; empty for one sent with an answer, which the case shows."""
        if self.source == self.Source.FOLDER:
            return self.source_key.rpartition(" ")[0]  # its size stands behind
        return self.source_key if self.source == self.Source.INTERFACE else ""

    @property
    def is_unopened(self) -> bool:
        """Whether nothing but its hash is known: it is no PDF or picture that is decoded here, or its reading had to be stopped."""
        return not self.read_by and not self.picture_hash and self.erased_at is None


class ReceiptBand(models.Model):
    """A key by which receipts that may be one paper are found: an eighth of the perceptual hash (two that differ in at most seven bits share
    at least one), and hashes of all words, of each number of the purchase, and of its second at its till."""

    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="bands")
    band = models.PositiveSmallIntegerField()
    value = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["band", "value"], name="receiptband_value")]

    def __str__(self) -> str:
        return f"{self.receipt} {self.band}"
