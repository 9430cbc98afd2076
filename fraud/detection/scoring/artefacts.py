"""Model files: written with a manifest of SHA-256 hashes, opened only when every hash still agrees.

The bytes that were hashed are the bytes that are opened: a file swapped in between changes nothing. A single flipped byte can hang or
crash the tree reader, so nothing is parsed before its hash was compared.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from fraud.detection.detectors.errors import ArtefactDamaged

#: File name -> SHA-256 in hexadecimal.
Manifest = dict[str, str]


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_files(folder: Path, files: Mapping[str, bytes]) -> Manifest:
    """Write the files (flushed to disk) and return their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        with (folder / name).open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    return {name: digest(content) for name, content in files.items()}


def read_files(folder: Path, manifest: Mapping[str, str]) -> dict[str, bytes]:
    """The files' bytes. Raises ArtefactDamaged when one is missing or its hash differs."""
    files: dict[str, bytes] = {}
    for name, expected in manifest.items():
        if Path(name).name != name:
            raise ArtefactDamaged(f"{name!r} is not a plain file name")
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise ArtefactDamaged(f"{name} cannot be read: {error.strerror}") from error
        if digest(content) != expected:
            raise ArtefactDamaged(f"{name} is not the file that was registered (SHA-256 differs)")
        files[name] = content
    return files
