"""docs/licences.md names every package that runs with the bot, each with a licence."""

import re
import tomllib

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

ROWS = {
    canonicalize_name(name): (version, licence)
    for name, version, licence in re.findall(
        r"(?m)^\| ([\w.-]+) \| (\d[\w.+]*) \| (.+) \|$",
        (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"),
    )
}


def running():
    """The packages of uv.lock that the bot itself needs, with their versions."""
    packages = {
        one["name"]: one
        for one in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    }
    found, waiting = set(), [("jawab", ())]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in found:
            continue
        found.add((name, extras))
        needs = packages[name].get("dependencies", []) + [
            need
            for extra in extras
            for need in packages[name].get("optional-dependencies", {}).get(extra, [])
        ]
        waiting += [
            (need["name"], tuple(need.get("extra", ())))
            for need in needs
            if "marker" not in need or Marker(need["marker"]).evaluate()
        ]
    return {name: packages[name]["version"] for name, _ in found}


def test_the_list_is_that_of_the_lock_file():
    wanted = {
        canonicalize_name(name): version for name, version in running().items() if name != "jawab"
    }
    assert {name: version for name, (version, _) in ROWS.items()} == wanted, "run `make sbom`"


def test_every_licence_is_known_and_lets_us_run_it():
    for name, (_, licence) in ROWS.items():
        assert licence != "?", name
        assert not re.search(r"(?i)\bA?GPL|proprietary", licence), name
