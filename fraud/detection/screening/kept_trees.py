"""Trees of rules that were parsed by an earlier process: making the parser takes longer than a small night has for its rules.

They lie beside the claims' columns, signed with the company's key and bound to the very program that parsed them. Nothing rests on
them: what is damaged, foreign or of another version is not believed, and the rule is parsed from its text.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from rules.language.nodes import Expression
from rules.language.parse import parse
from rules.language.plain_tree import PlainTreeNotValid, from_plain, language_hash, to_plain

log = logging.getLogger(__name__)
_NAME, _SALT = "rule-trees.json", "cleancard.rule-trees"
#: Trees in the file; older ones than the newest so many are left out when it is written.
_MOST = 2_000
_lock = threading.Lock()
#: Trees parsed here that the file does not hold yet: SHA-256 of the text → plain.
_new: dict[str, list[Any]] = {}


@lru_cache(maxsize=2_000)
def tree_of(text: str) -> Expression:
    """A rule's tree; trees never change, and a night asks for the same ones at each of its stages. Raises RuleNotValid."""
    name = hashlib.sha256(text.encode()).hexdigest()
    kept = _known(_path(), language_hash()).get(name)
    if kept is not None:
        try:
            return from_plain(kept)
        except PlainTreeNotValid:
            log.warning("rules.tree_not_read")
    tree = parse(text)
    with _lock:
        _new[name] = to_plain(tree)
    return tree


def keep_trees() -> None:
    """Write down what was parsed here since, for the processes that come; does nothing where nothing was, or nothing can be written."""
    with _lock:
        if not _new:
            return
        path, language = _path(), language_hash()
        trees = dict([*_read(path, language).items(), *_new.items()][-_MOST:])
        _new.clear()
    body = json.dumps(trees, separators=(",", ":"))
    unfinished = path.with_name(f"{_NAME}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished.write_text(
            json.dumps({"sign": _sign(language, body), "language": language, "trees": body})
        )
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        log.warning("rules.trees_not_written", extra={"why": str(error)})
    _known.cache_clear()


@lru_cache(maxsize=4)
def _known(path: Path, language: str) -> dict[str, list[Any]]:
    return _read(path, language)


def _read(path: Path, language: str) -> dict[str, list[Any]]:
    """The trees of a file that this company's key signed and this program wrote; none where there is no such file."""
    try:
        kept = json.loads(path.read_text())
        body = kept["trees"]
        if kept["language"] != language or not constant_time_compare(kept["sign"], _sign(language, body)):
            return {}
        trees: dict[str, list[Any]] = json.loads(body)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return trees


def _sign(language: str, body: str) -> str:
    return salted_hmac(_SALT, f"{language}\n{body}", algorithm="sha256").hexdigest()


def _path() -> Path:
    return Path(settings.COLUMNS_DIR) / _NAME
