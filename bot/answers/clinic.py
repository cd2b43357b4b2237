"""The clinic's own details, from `data/clinic.yml`: empty until the clinic fills them in, never invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import DataError
from bot.storage.yaml_file import read_yaml
from bot.text.languages import CODES

FIELDS = ("name", "phone", "address", "hours")


@dataclass(frozen=True)
class Clinic:
    """Name, phone, address and hours, the last two by language; empty strings where not filled in."""

    details: Mapping[str, Mapping[str, str]]
    helplines: tuple[Mapping[str, Any], ...] = ()

    @property
    def filled_in(self) -> bool:
        """Whether patients can be told how to reach the clinic."""
        return all(value for field in FIELDS for value in self.details[field].values())

    def fill(self, text: str, language: str) -> str:
        """Return `text` with {name}, {phone}, {address} and {hours} replaced, isolated from text around them."""
        for field in FIELDS:
            text = text.replace("{" + field + "}", self.details[field][language])
        return text


def load_clinic(path: Path) -> Clinic:
    """Return the clinic of `path`; raises DataError for a missing key or a wrong shape."""
    content = read_yaml(path)
    details, problems = {}, []
    clinic = content.get("clinic") if isinstance(content, dict) else None
    if not isinstance(clinic, dict):
        raise DataError(f"{path}: must start with 'clinic:'; see data/README.md")
    for field in FIELDS:
        value = clinic.get(field, "")
        by_language = value if isinstance(value, dict) else dict.fromkeys(CODES, value)
        if set(by_language) != set(CODES):
            problems.append(f"{path}: {field} must be one text, or one each for {', '.join(CODES)}")
        details[field] = {
            language: str(words or "").strip() for language, words in by_language.items()
        }
    for helpline in content.get("helplines") or []:
        if not isinstance(helpline, dict) or not {"name", "number", "checked"} <= set(helpline):
            problems.append(
                f"{path}: helplines: {helpline} needs name, number and checked (a date, or null)"
            )
    if problems:
        raise DataError("\n".join(problems))
    return Clinic(details, tuple(content.get("helplines") or ()))
