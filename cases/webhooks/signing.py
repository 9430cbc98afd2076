"""The signature of a message: HMAC-SHA-256 over the time and the exact bytes, under a secret that is derived and never stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

HEADER: Final = "Cleancard-Signature"
#: Seconds a receiver should let a signature be old.
TOLERANCE: Final = 300


def derive_secret(key: str, salt: str) -> str:
    """The secret of a salt under the server's key: whoever reads the database has only the salt."""
    digest = hmac.new(key.encode(), f"webhook:{salt}".encode(), hashlib.sha256).digest()
    return "whsec_" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signature(secrets: Sequence[str], timestamp: int, body: bytes) -> str:
    """`t=1764403200,v1=<hex>`; with one `v1` a secret, so that a receiver may know the old one or the new."""
    signed = f"{timestamp}.".encode() + body
    parts = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={part}" for part in parts)])
