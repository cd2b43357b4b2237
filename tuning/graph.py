"""Writes the tuned network as an onnxruntime graph: layers in eight bits, every head inside, one message a run.

Weights are scaled by column, activations by message, as the untrained encoder was (docs/evaluation.md).
"""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tuning.network import HIDDEN, Network
from tuning.strangeness import Space

MICROSOFT = "com.microsoft"
FAR = 8  # numbers that are multiplied in f32, of those that enter a matrix
Loudest = dict[str, np.ndarray]  # by matrix, the largest size of each number that enters it


class _Builder:
    """Collects nodes and weights of the graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []

    def constant(self, name: str, values: np.ndarray) -> str:
        self.stored.append(numpy_helper.from_array(values, name))
        return name

    def node(
        self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any
    ) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def smoothed(self, source: str, name: str, easing: np.ndarray) -> str:
        """Divide each of the state's numbers by its share of `easing` (in,)."""
        factors = self.constant(f"{name}.easing", (1 / easing).astype(np.float32))
        return self.node("Mul", [source, factors], f"{name}.eased")

    def quantised(
        self, source: str, name: str, weight: np.ndarray, bias: np.ndarray, easing: np.ndarray
    ) -> str:
        """Multiply by a matrix (out, in), its columns scaled to eight bits each, and add its bias."""
        matrix = (weight * easing).T
        scales = (np.abs(matrix).max(axis=0) / 127).astype(np.float32)
        whole = np.round(matrix / scales).astype(np.int8)
        inputs = [
            source,
            self.constant(f"{name}.q8", whole),
            self.constant(f"{name}.scales", scales),
            self.constant(f"{name}.zeros", np.zeros(len(scales), np.int8)),
            self.constant(f"{name}.b", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=MICROSOFT)

    def linear(self, source: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
        """Multiply by a matrix (out, in) in f32 and add its bias."""
        product = self.node(
            "MatMul", [source, self.constant(f"{name}.w", weight.T.copy())], f"{name}.product"
        )
        return self.node("Add", [product, self.constant(f"{name}.b", bias)], f"{name}.out")

    def norm(self, source: str, module: Any, name: str) -> str:
        inputs = [
            source,
            self.constant(f"{name}.w", _values(module.weight)),
            self.constant(f"{name}.b", _values(module.bias)),
        ]
        return self.node(
            "LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=float(module.eps)
        )


def build(network: Network, space: Space, loudest: Loudest) -> onnx.ModelProto:
    """Return the graph: `embeddings` (1, tokens, 384) in; intent, labels, vector and strangeness out.

    `loudest` holds how far each number goes that enters a matrix, so that the few that go far do not coarsen the rest.
    """
    build = _Builder()
    state = build.norm("embeddings", network.norm, "emb.ln")
    for place, layer in enumerate(network.layers):
        state = _layer(build, layer, f"l{place}.", state, loudest)
    _intent(build, network, state)
    _labels(build, network, state)
    _strangeness(build, space)
    intents = network.intent.out_features
    graph = helper.make_graph(
        build.nodes,
        "jawab-reader",
        [_told("embeddings", [1, "tokens", HIDDEN])],
        [
            _told("intent", [1, intents]),
            _told("labels", [1, intents]),
            _told("vector", [1, HIDDEN]),
            _told("strangeness", [1]),
        ],
        build.stored,
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=8,
    )


def _told(name: str, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _values(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().numpy().astype(np.float32)


def easing(reach: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return what to divide each number by before a matrix (out, in), half of its reach going into the matrix."""
    return np.sqrt(reach.clip(1e-5) / np.abs(weight).max(axis=0).clip(1e-5)).astype(np.float32)


def _eased(build: _Builder, source: str, name: str, module: Any, reach: np.ndarray) -> str:
    """Add a matrix with its bias in eight bits, but in f32 for the few numbers that go far.

    One of them at one token is six times as large as all the rest: eight bits for both took the vector's cosine to
    that of f32 from .9996 to .984.
    """
    weight, far = _values(module.weight), np.sort(np.argsort(reach)[-FAR:])
    eased = easing(reach, weight)
    near = 1 / eased
    near[far] = 0
    factors = build.constant(f"{name}.near", near.astype(np.float32))
    rest = build.quantised(
        build.node("Mul", [source, factors], f"{name}.rest"),
        name,
        weight,
        _values(module.bias),
        eased,
    )
    places = build.constant(f"{name}.places", far.astype(np.int64))
    picked = build.node("Gather", [source, places], f"{name}.picked", axis=2)
    matrix = build.constant(f"{name}.far", weight[:, far].T.copy())
    return build.node(
        "Add", [rest, build.node("MatMul", [picked, matrix], f"{name}.apart")], f"{name}.whole"
    )


def _layer(build: _Builder, layer: Any, part: str, state: str, loudest: Loudest) -> str:
    """Add one layer on top of `state` and return the name of its own state."""
    weights, biases = (np.split(_values(value), 3) for value in (layer.qkv.weight, layer.qkv.bias))
    eased = easing(loudest[part + "qkv"], _values(layer.qkv.weight))
    source = build.smoothed(state, part + "qkv", eased)
    query, key, value = (
        build.quantised(source, part + name, weight, bias, eased)
        for name, weight, bias in zip("qkv", weights, biases, strict=True)
    )
    mixed = build.node("MultiHeadAttention", [query, key, value], part + "mixed",
                       domain=MICROSOFT, num_heads=layer.heads)  # fmt: skip
    out = _eased(build, mixed, part + "ao", layer.ao, loudest[part + "ao"])
    inner = build.norm(build.node("Add", [state, out], part + "attended"), layer.aln, part + "aln")
    wide = _eased(build, inner, part + "fi", layer.fi, loudest[part + "fi"])
    wide = build.node("Gelu", [wide], part + "wide", domain=MICROSOFT)
    out = _eased(build, wide, part + "fo", layer.fo, loudest[part + "fo"])
    return build.norm(build.node("Add", [inner, out], part + "sum"), layer.oln, part + "oln")


def _intent(build: _Builder, network: Network, state: str) -> None:
    """Add the standardised mean state and the softmax over intents."""
    mean = build.node("ReduceMean", [state], "mean", axes=[1], keepdims=0)
    shift, spread = _values(network.pool_spread)
    centred = build.node("Sub", [mean, build.constant("pool.mean", shift)], "centred")
    build.node("Div", [centred, build.constant("pool.spread", spread)], "vector")
    logits = build.linear(
        "vector", "intent.head", _values(network.intent.weight), _values(network.intent.bias)
    )
    build.node("Softmax", [logits], "intent", axis=-1)


def _labels(build: _Builder, network: Network, state: str) -> None:
    """Add for every label its attention over the tokens, or their log-sum-exp, and the sigmoid."""
    shift, spread = _values(network.token_spread)
    query, judge = _values(network.query.weight) / spread, _values(network.judge.weight) / spread
    scores = build.linear(state, "query", query, -(query @ shift))
    judged = build.linear(state, "judge", judge, -(judge @ shift))
    attention = build.node("Softmax", [scores], "attention", axis=1)
    weighted = build.node("Mul", [attention, judged], "weighted")
    axes = build.constant("labels.axes", np.array([1], np.int64))
    logits = build.node("ReduceSum", [weighted, axes], "attended", keepdims=0)
    if bool(network.loudest.any()):
        loud = build.node("ReduceLogSumExp", [judged], "loud", axes=[1], keepdims=0)
        chosen = build.constant("loudest", network.loudest.cpu().numpy()[None])
        logits = build.node("Where", [chosen, loud, logits], "chosen")
    biased = build.node(
        "Add", [logits, build.constant("labels.bias", _values(network.bias))], "labels.logits"
    )
    build.node("Sigmoid", [biased], "labels")


def _strangeness(build: _Builder, space: Space) -> None:
    """Add the distance of the vector from the nearest intent, in the space where all intents spread alike."""
    white = build.node("MatMul", ["vector", build.constant("space.white", space.white)], "whitened")
    zero = build.constant("space.axes", np.array([1], np.int64))
    own = build.node(
        "ReduceSum", [build.node("Mul", [white, white], "squares"), zero], "own", keepdims=1
    )
    cross = build.node(
        "MatMul", [white, build.constant("space.means", -2 * space.means.T)], "cross"
    )
    apart = build.node("Add", [build.node("Add", [own, cross], "partly"),
                               build.constant("space.lengths", (space.means**2).sum(axis=1))],
                       "apart")  # fmt: skip
    build.node("ReduceMin", [apart], "nearest", axes=[1], keepdims=0)
    build.node("Mul", ["nearest", build.constant("space.scale", np.array(1 / HIDDEN, np.float32))],
               "strangeness")  # fmt: skip
