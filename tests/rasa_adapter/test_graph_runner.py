"""Rasa's graphs run without dask as they do with it."""

import dask
import pytest
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner

from bot.rasa_adapter.graph_runner import run

NEEDS = {
    "parse": ["message"],
    "guard": ["parse"],
    "policy": ["tracker", "domain"],
    "domain": [],
    "choice": ["policy", "guard", "tracker"],
    "apart": ["message"],
}
INPUTS = {"message": "salam", "tracker": ["an event"]}


class Nodes:
    """Nodes that remember what they were called with."""

    def __init__(self):
        self.called = []

    def node(self, name):
        def call(*needs):
            self.called.append(name)
            return name, (name, *needs)

        return call


@pytest.fixture
def made():
    nodes, runner = Nodes(), DaskGraphRunner.__new__(DaskGraphRunner)
    runner._graph_schema = GraphSchema(
        {
            name: SchemaNode(
                needs={need: need for need in needs},
                uses=object,
                fn="run",
                constructor_name="create",
                config={},
            )
            for name, needs in NEEDS.items()
        }
    )
    runner._instantiated_nodes = {name: nodes.node(name) for name in NEEDS}
    return runner, nodes


@pytest.mark.parametrize(
    "targets", [["guard"], ["choice"], ["guard", "choice"], ["domain"]], ids=str
)
@pytest.mark.parametrize(
    "inputs", [INPUTS, {"message": "salam"}, None], ids=["all inputs", "one is missing", "none"]
)
def test_targets_are_what_dask_makes_of_them(made, targets, inputs):
    runner, nodes = made
    graph = runner._build_dask_graph(runner._graph_schema.minimal_graph_schema(targets))
    graph |= {name: (name, value) for name, value in (inputs or {}).items()}
    expected, called = dict(dask.get(graph, targets)), sorted(nodes.called)
    nodes.called.clear()
    for _ in range(2):
        assert runner.run(inputs=inputs, targets=targets) == expected
        assert sorted(nodes.called) == called, "each needed node once, and no other"
        nodes.called.clear()


def test_rasa_runs_its_graphs_so(terminal):
    assert type(terminal.agent.processor.graph_runner).run is run


def test_what_a_node_raises_is_raised(made):
    runner, _ = made
    runner._instantiated_nodes["parse"] = lambda *needs: 1 / 0
    with pytest.raises(ZeroDivisionError):
        runner.run(inputs=INPUTS, targets=["guard"])
