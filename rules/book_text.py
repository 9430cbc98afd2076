"""The rule book as YAML: one spelling for one content, so that two exports can be compared line by line.

Every value is read as text (a code 0742 keeps its zero, no is not false); aliases, doubled keys and anything but plain values are refused.
"""

from __future__ import annotations

import codecs
from collections.abc import Hashable
from typing import Any

import yaml

LARGEST = 4_000_000
_DEEPEST = 12


class BookNotValid(ValueError):
    """A text that is no rule book; ``line`` counts from 1 (0: the whole), ``texts`` are English and Korean."""

    def __init__(self, line: int, english: str, korean: str) -> None:
        self.line, self.texts = line, (english, korean)
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """What is wrong and what would be right."""
        said = self.texts[1] if lang == "ko" else self.texts[0]
        if not self.line:
            return said
        return f"{self.line}행: {said}" if lang == "ko" else f"Line {self.line}: {said}"


class _Loader(yaml.BaseLoader):
    """Texts, lists and mappings only."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise BookNotValid(
                line, "write the value itself instead of & and *", "&와 * 대신 값을 그대로 쓰세요"
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise BookNotValid(line, "write the value without a !tag", "!태그 없이 값만 쓰세요")
        is_plain = isinstance(event, yaml.ScalarEvent) and event.style is None
        if is_plain and event.value in {"~", "null", "Null", "NULL"}:
            raise BookNotValid(
                line,
                f'{event.value} is no value; write the text "{event.value}" in quotation marks, or leave it out',
                f'값이 아닙니다: {event.value}. 글자 그대로라면 "{event.value}"처럼 따옴표로 감싸고, 아니면 빼 주세요',
            )
        self._depth = getattr(self, "_depth", 0) + 1
        if self._depth > _DEEPEST:
            raise BookNotValid(line, "this is nested too deeply", "너무 깊게 중첩되었습니다")
        found = super().compose_node(parent, index)  # type: ignore[no-untyped-call]
        self._depth -= 1
        return found

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = getattr(key, "value", None)
            if not isinstance(name, str):
                raise BookNotValid(key.start_mark.line + 1, "a key is one word", "키는 한 단어로 쓰세요")
            if name in seen:
                raise BookNotValid(
                    key.start_mark.line + 1,
                    f"{name} stands twice; keep one",
                    f"{name} 항목이 두 번 있습니다. 하나만 두세요",
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Long texts as blocks, lists indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _write_text)


def decode_book(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 where its mark says so; nothing is guessed. Raises BookNotValid."""
    is_marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_marked else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BookNotValid(
            0,
            "the file is no text in UTF-8; save it again with the encoding UTF-8",
            "UTF-8 텍스트 파일이 아닙니다. 인코딩을 UTF-8로 지정해 다시 저장해 주세요",
        )
    return text


def read_yaml(text: str) -> Any:
    """Plain texts, lists and mappings of a YAML text. Raises BookNotValid with the line."""
    if len(text) > LARGEST:
        raise BookNotValid(
            0,
            f"the text has more than {LARGEST:,} characters; split it",
            f"{LARGEST:,}자를 넘습니다. 나누어 주세요",
        )
    loader = None
    try:
        loader = _Loader(text)  # type: ignore[no-untyped-call]
        return loader.get_single_data()  # type: ignore[no-untyped-call]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BookNotValid(
            line,
            f"this is not YAML; look at the indentation, the quotation marks and the colons ({error.problem})",
            f"YAML 형식이 아닙니다. 들여쓰기, 따옴표, 콜론을 확인해 주세요({error.problem})",
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "nested"
        raise BookNotValid(0, f"this is not YAML: {reason}", f"YAML 형식이 아닙니다: {reason}") from None
    finally:
        if loader is not None:
            loader.dispose()  # type: ignore[no-untyped-call]


def write_yaml(content: Any) -> str:
    """The YAML of plain content; the order of keys is the content's."""
    written: str = yaml.dump(
        content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=False
    )
    return written
