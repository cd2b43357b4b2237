"""Writes docs/licences.md from the software bill of materials: `make sbom` runs it."""

import json
import sys
from pathlib import Path
from typing import Any

HEAD = """# Licences of what it stands on

Every package that runs with the bot, from the software bill of materials (`make sbom`). Development tools are left out.
The Python packages come as they are, unchanged; the font's licence lies beside it (`bot/web/fonts`).

| package | version | licence |
| --- | --- | --- |
"""
# packages that name their licence in a file only: read there
TOLD_IN_A_FILE = {
    "onnx": "Apache-2.0",
    "partd": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "tarsafe": "MIT",
    "typing-utils": "Apache-2.0",
}


def licence(component: dict[str, Any]) -> str:
    """Return the licence of a component, as short as its makers name it."""
    entries = component.get("licenses", [])
    named = [entry.get("expression") or entry["license"].get("id") for entry in entries]
    told = [entry["license"].get("name", "") for entry in entries if "license" in entry]
    names = list(filter(None, named)) or [name for name in told if 0 < len(name) < 80]
    short = dict.fromkeys(name.rpartition(" :: ")[2] for name in names)
    return "; ".join(short) or TOLD_IN_A_FILE.get(component["name"], "?")


def main(bill: Path, page: Path) -> None:
    """Write `page` from `bill`; exit 1 where a licence is not known."""
    components = sorted(
        json.loads(bill.read_text(encoding="utf-8"))["components"],
        key=lambda one: one["name"].lower(),
    )
    rows = [f"| {one['name']} | {one['version']} | {licence(one)} |" for one in components]
    page.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    unknown = [one["name"] for one in components if licence(one) == "?"]
    if unknown:
        sys.exit(
            f"{page}: no licence is known of {', '.join(unknown)}; read their files and add them to {__file__}"
        )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
