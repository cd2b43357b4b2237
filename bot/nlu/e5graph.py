"""Builds, at training time, what the encoder runs on: an onnxruntime graph and a vocabulary cut to our scripts.

The graph multiplies in eight bits (weights per column, activations per message), twice as fast as the four bits of the
file at the same accuracy in our folds (docs/evaluation.md).
"""

import re
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.nlu.e5file import BLOCK, E5File, Tensor

KEPT = re.compile(
    r"^[\u2581\x20-\x7e\u0600-\u06ff\u2018-\u201f\u2026]+$"
)  # Latin, Urdu, punctuation
MICROSOFT = "com.microsoft"
MOST_POSITIONS = 128
TAPS = (
    6,
    12,
)  # layers whose mean state is given: two together tell intents apart better than the last alone


def write(weights: E5File, folder: Path) -> None:
    """Write `encoder.onnx`, `pieces.marisa` and `pieces.npz` under `folder`."""
    onnx.save(_graph(weights), str(folder / "encoder.onnx"))
    specials = list(weights.specials.values())
    kept = specials + [
        place
        for place, piece in enumerate(weights.pieces)
        if place not in specials and KEPT.match(piece)
    ]
    words = weights.tensor("emb.word")
    assert words.nibbles is not None and words.scales is not None
    nibbles = words.nibbles.reshape(-1, weights.hidden)[kept]
    scales = words.scales.reshape(-1, weights.hidden // BLOCK)[kept]
    np.save(folder / "nibbles.npy", (nibbles[:, ::2] | nibbles[:, 1::2] << 4).astype(np.uint8))
    np.save(folder / "scales.npy", scales.astype(np.float16))
    np.savez(
        folder / "pieces.npz",
        scores=weights.scores[kept],
        positions=_table(weights, "emb.pos")[:MOST_POSITIONS] + _table(weights, "emb.type")[0],
    )
    # the id of a piece is its place in `kept`; specials come first and are not matched in text
    names = [weights.pieces[place] for place in kept[len(specials) :]]
    trie = marisa_trie.RecordTrie(
        "<I", [(name, (place + len(specials),)) for place, name in enumerate(names)]
    )
    trie.save(str(folder / "pieces.marisa"))


def _table(weights: E5File, name: str) -> np.ndarray:
    values = weights.tensor(name).values
    assert values is not None
    return values.reshape(-1, weights.hidden)


class _Builder:
    """Collects nodes and weights of the graph."""

    def __init__(self, weights: E5File) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.stored: list[onnx.TensorProto] = []

    def floats(self, name: str) -> str:
        self.stored.append(
            numpy_helper.from_array(np.array(self.weights.tensor(name).values, np.float32), name)
        )
        return name

    def node(
        self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any
    ) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, source: str, name: str, width: int, height: int) -> str:
        """Multiply by a matrix, its columns scaled to eight bits each, and add its bias."""
        matrix = _dense(self.weights.tensor(f"{name}.w")).reshape(height, width).T
        scales = np.abs(matrix).max(axis=0) / 127
        self.stored += [
            numpy_helper.from_array(np.round(matrix / scales).astype(np.int8), f"{name}.q8"),
            numpy_helper.from_array(scales.astype(np.float32), f"{name}.scales"),
            numpy_helper.from_array(np.zeros(height, np.int8), f"{name}.zeros"),
        ]
        return self.node(
            "DynamicQuantizeMatMul",
            [source, f"{name}.q8", f"{name}.scales", f"{name}.zeros", self.floats(f"{name}.b")],
            f"{name}.out",
            domain=MICROSOFT,
        )

    def pooled(self, state: str, name: str) -> str:
        """Return the mean of the tokens' states, unit length: shape (texts, hidden)."""
        summed = self.node(
            "ReduceSum",
            [self.node("Mul", [state, "weight"], f"{name}.masked"), "tokens"],
            f"{name}.summed",
            keepdims=0,
        )
        return self.node("LpNormalization", [summed], name, axis=-1, p=2)

    def norm(self, source: str, name: str, output: str) -> str:
        return self.node(
            "LayerNormalization",
            [source, self.floats(f"{name}.w"), self.floats(f"{name}.b")],
            output,
            axis=-1,
            epsilon=self.weights.epsilon,
        )


def _dense(tensor: Tensor) -> np.ndarray:
    assert tensor.nibbles is not None and tensor.scales is not None
    blocks = (tensor.nibbles.astype(np.float32) - 8).reshape(-1, BLOCK)
    return (blocks * tensor.scales.astype(np.float32)[:, None]).ravel()


def _graph(weights: E5File) -> onnx.ModelProto:
    """Return the encoder: embeddings (texts, tokens, hidden) and mask (texts, tokens) in, a row of `TAPS` out."""
    build, hidden = _Builder(weights), weights.hidden
    state = build.norm("embeddings", "emb.ln", "state0")
    build.node("Cast", ["mask"], "mask32", to=TensorProto.INT32)
    build.stored += [
        numpy_helper.from_array(np.array([axis], np.int64), name)
        for name, axis in (("last", 2), ("tokens", 1))
    ]
    build.node("Unsqueeze", ["mask", "last"], "weight")
    pooled = []
    for layer in range(max(TAPS)):
        state = _layer(build, layer, state)
        if layer + 1 in TAPS:
            pooled.append(build.pooled(state, f"pooled{layer + 1}"))
    build.node("Concat", pooled, "vectors", axis=-1)
    graph = helper.make_graph(
        build.nodes,
        "e5",
        [
            helper.make_tensor_value_info(
                "embeddings", TensorProto.FLOAT, ["texts", "tokens", hidden]
            ),
            helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["texts", "tokens"]),
        ],
        [
            helper.make_tensor_value_info(
                "vectors", TensorProto.FLOAT, ["texts", hidden * len(TAPS)]
            )
        ],
        build.stored,
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=8,
    )


def _layer(build: _Builder, layer: int, state: str) -> str:
    """Add one transformer layer on top of `state` and return the name of its own."""
    part, hidden = f"l{layer}.", build.weights.hidden
    query, key, value = (build.linear(state, part + name, hidden, hidden) for name in "qkv")
    mixed = build.node(
        "MultiHeadAttention",
        [query, key, value, "", "mask32"],
        part + "mixed",
        domain=MICROSOFT,
        num_heads=build.weights.heads,
    )
    attended = build.node(
        "Add", [state, build.linear(mixed, part + "ao", hidden, hidden)], part + "attended"
    )
    inner = build.norm(attended, part + "aln", part + "inner")
    wide = build.node(
        "Gelu",
        [build.linear(inner, part + "fi", hidden, 4 * hidden)],
        part + "wide",
        domain=MICROSOFT,
    )
    out = build.node(
        "Add", [inner, build.linear(wide, part + "fo", 4 * hidden, hidden)], part + "sum"
    )
    return build.norm(out, part + "oln", part + "state")
