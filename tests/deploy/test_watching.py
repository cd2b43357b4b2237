"""The dashboard and the alert rules name only metrics and labels that exist."""

import json
import re
from datetime import date

import pytest
import yaml
from prometheus_client import REGISTRY

from bot.telemetry import metrics
from tests.conftest import ROOT

RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((ROOT / "deploy/grafana.json").read_text(encoding="utf-8"))["panels"]
EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in RULES} | {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in PANELS
    for target in panel["targets"]
}
NAME = re.compile(r"\b(?:jawab|process|python)_\w+")
LABELS = re.compile(r"(\w+)(?:\[\w+\])?\s*\{([^}]*)\}|by \(([\w, ]+)\)")


@pytest.fixture(scope="module", autouse=True)
def some_counted(tmp_path_factory):
    metrics.turn("web", action="answer", variety="en", seconds=0.1)
    metrics.SHED.labels("web").inc(0)
    metrics.provider("whatsapp", "refused", 190, known=frozenset({190}))
    metrics.ready({"model": True})
    metrics.LEDGER_TEXTS.labels("approved").set(1)


def known():
    """Every name Prometheus would store, with the labels it has."""
    found = {}
    for family in REGISTRY.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_only_metrics_that_exist_are_named(expression):
    names, there = NAME.findall(expression), known()
    assert names and not [name for name in names if name not in there]
    allowed = set().union(*(there[name] for name in names))
    for _, matched, grouped in LABELS.findall(expression):
        asked = re.findall(r"(\w+)\s*[=!]", matched) + re.findall(r"\w+", grouped)
        assert set(asked) <= allowed, expression


@pytest.mark.parametrize(
    ("name", "label"), [("jawab_gate_incidents_total", "place"), ("jawab_errors_total", "part")]
)
def test_a_label_value_that_a_rule_waits_for_exists(name, label):
    there = {
        sample.labels[label]
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == name
    }
    for expression in EXPRESSIONS.values():
        for values in re.findall(rf'{name}{{{label}=~?"([^"]+)"', expression):
            assert set(values.split("|")) <= there


@pytest.mark.parametrize(
    "needed",
    [
        "jawab_gate_incidents_total",
        "jawab_whatsapp_urgent_waiting_seconds",
        "jawab_whatsapp_urgent_failed",
        "jawab_ledger_days_left",
    ],
)
def test_what_must_never_pass_unseen_has_a_rule(needed):
    assert [rule for rule in RULES if needed in rule["expr"]]


def test_every_rule_says_what_happened_and_what_to_do():
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"] and rule["annotations"]["do"]


def test_every_metric_of_ours_is_on_the_dashboard():
    shown = " ".join(expression for title, expression in EXPRESSIONS.items())
    for name in {
        re.sub(r"_(bucket|sum|count)$", "", name) for name in known() if name.startswith("jawab")
    }:
        assert name in shown, name


def test_the_next_expiry_is_counted_in_days(library):
    from tests.conftest import TODAY

    metrics.ledger(library, today=TODAY)
    entries = [library.standing(name).entry for name in library.answers()]
    first = min(date.fromisoformat(entry["expires"]) for entry in entries)
    assert REGISTRY.get_sample_value("jawab_ledger_days_left") == (first - TODAY).days
