"""Reads the YAML files of `data/`: the one place that knows how, and what can be wrong with one."""

from pathlib import Path
from typing import Any

import yaml

from bot.errors import DataError


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]  # PyYAML has no types here
    """YAML's safe loader in C, which also refuses a key given twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise yaml.YAMLError(
            f"the key '{twice}' is given twice near line {node.start_mark.line + 1}"
        )
    return mapping


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file; raises DataError telling file and fault."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        fault = " ".join(str(error).split())
        raise DataError(
            "{path}: cannot be read as YAML in UTF-8 ({fault}); correct it", path=path, fault=fault
        ) from error
