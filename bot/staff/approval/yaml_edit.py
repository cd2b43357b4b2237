"""Changes single texts in a YAML file and not one other character of it: comments, order and layout stay."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

import yaml

from bot.errors import StaffError

ESCAPED = {"Cc", "Cf", "Zl", "Zp"}  # what nobody sees is written so that it can be seen


def rewritten(content: str, words: Mapping[str, str], *, where: str) -> str:
    """Return `content` with the texts at `words` in place of those it has: text.en stands for answer, text, en.

    Raises StaffError where a text is not there, is written in a way that cannot be changed alone, or where words hold
    control characters. `where` names the file in the message.
    """
    root, wanted = yaml.compose(content, Loader=yaml.SafeLoader), yaml.safe_load(content)
    spans = []
    for key, text in words.items():
        if any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in text):
            raise StaffError(
                "{path}: {key} holds characters that nobody can see; type it anew",
                path=where,
                key=key,
            )
        part, language = key.split(".")
        node = _at(root, "answer", part, language)
        if node is None:
            raise StaffError(
                "{path}: {key} is not there; add it to the file by hand first", path=where, key=key
            )
        if node.value != text:
            wanted["answer"][part][language] = text
            start = node.start_mark.index
            end = start + len(content[start : node.end_mark.index].rstrip())
            spans.append((start, end, quoted(text)))
    for start, end, new in sorted(spans, reverse=True):
        content = content[:start] + new + content[end:]
    if not _reads_as(content, wanted):
        raise StaffError(
            "{path} is written in a way that only an editor for files can change; nothing was saved",
            path=where,
        )
    return content


def quoted(text: str) -> str:
    """Return `text` as one double-quoted YAML scalar.

    >>> quoted('a "b"')
    '"a \\\\"b\\\\""'
    """
    return "".join(
        _escape(letter) if unicodedata.category(letter) in ESCAPED else letter
        for letter in json.dumps(text, ensure_ascii=False)
    )


def _escape(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def _at(node: yaml.Node, *keys: str) -> yaml.ScalarNode | None:
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            return None
        found = [value for name, value in node.value if name.value == key]
        if not found:
            return None
        node = found[0]
    return node if isinstance(node, yaml.ScalarNode) else None


def _reads_as(content: str, wanted: Any) -> bool:
    """Whether `content` says exactly what is `wanted`: an alias or an anchor would have changed more or less."""
    try:
        return bool(yaml.safe_load(content) == wanted)
    except yaml.YAMLError:
        return False
