"""Builds, at training time, what the encoder runs on: an onnxruntime graph and a vocabulary cut to our scripts."""

import re
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bot.understanding.e5file import BLOCK, E5File

KEPT = re.compile(r"^[\u2581\x20-\x7e\u0600-\u06ff\u2018-\u201f\u2026]+$")   # Latin, Urdu, punctuation
MICROSOFT = "com.microsoft"
MOST_POSITIONS = 128


def write(weights: E5File, folder: Path) -> None:
    """Write `encoder.onnx`, `pieces.marisa` and `pieces.npz` under `folder`."""
    onnx.save(_graph(weights), str(folder / "encoder.onnx"))
    specials = list(weights.specials.values())
    kept = specials + [place for place, piece in enumerate(weights.pieces)
                       if place not in specials and KEPT.match(piece)]
    words = weights.tensor("emb.word")
    assert words.nibbles is not None and words.scales is not None
    nibbles = words.nibbles.reshape(-1, weights.hidden)[kept]
    scales = words.scales.reshape(-1, weights.hidden // BLOCK)[kept]
    np.save(folder / "nibbles.npy", (nibbles[:, ::2] | nibbles[:, 1::2] << 4).astype(np.uint8))
    np.save(folder / "scales.npy", scales.astype(np.float16))
    np.savez(folder / "pieces.npz", scores=weights.scores[kept],
             positions=_table(weights, "emb.pos")[:MOST_POSITIONS] + _table(weights, "emb.type")[0])
    # the id of a piece is its place in `kept`; specials come first and are not matched in text
    names = [weights.pieces[place] for place in kept[len(specials):]]
    trie = marisa_trie.RecordTrie("<I", [(name, (place + len(specials),)) for place, name in enumerate(names)])
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
        self.stored.append(numpy_helper.from_array(np.array(self.weights.tensor(name).values, np.float32), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, source: str, name: str, width: int, height: int) -> str:
        """Multiply by a 4-bit matrix, the nibbles repacked in the order onnxruntime wants, and add its bias."""
        tensor = self.weights.tensor(f"{name}.w")
        assert tensor.nibbles is not None and tensor.scales is not None
        packed = tensor.nibbles[::2] | tensor.nibbles[1::2] << 4
        shape = (height, width // BLOCK, BLOCK // 2)
        self.stored.append(numpy_helper.from_array(packed.astype(np.uint8).reshape(shape), f"{name}.q4"))
        self.stored.append(numpy_helper.from_array(tensor.scales, f"{name}.scales"))
        product = self.node("MatMulNBits", [source, f"{name}.q4", f"{name}.scales"], f"{name}.product",
                            domain=MICROSOFT, K=width, N=height, bits=4, block_size=BLOCK, accuracy_level=4)
        return self.node("Add", [product, self.floats(f"{name}.b")], f"{name}.out")

    def norm(self, source: str, name: str, output: str) -> str:
        return self.node("LayerNormalization", [source, self.floats(f"{name}.w"), self.floats(f"{name}.b")], output,
                         axis=-1, epsilon=self.weights.epsilon)


def _graph(weights: E5File) -> onnx.ModelProto:
    """Return the encoder: embeddings (texts, tokens, hidden) and mask (texts, tokens) in, unit vectors out."""
    build, hidden = _Builder(weights), weights.hidden
    state = build.norm("embeddings", "emb.ln", "state0")
    build.node("Cast", ["mask"], "mask32", to=TensorProto.INT32)
    for layer in range(weights.layers):
        part = f"l{layer}."
        query, key, value = (build.linear(state, part + name, hidden, hidden) for name in "qkv")
        mixed = build.node("MultiHeadAttention", [query, key, value, "", "mask32"], part + "mixed", domain=MICROSOFT,
                           num_heads=weights.heads)
        attended = build.node("Add", [state, build.linear(mixed, part + "ao", hidden, hidden)], part + "attended")
        inner = build.norm(attended, part + "aln", part + "inner")
        wide = build.node("Gelu", [build.linear(inner, part + "fi", hidden, 4 * hidden)], part + "wide",
                          domain=MICROSOFT)
        out = build.node("Add", [inner, build.linear(wide, part + "fo", 4 * hidden, hidden)], part + "sum")
        state = build.norm(out, part + "oln", part + "state")
    build.stored.append(numpy_helper.from_array(np.array([2], np.int64), "last"))
    build.stored.append(numpy_helper.from_array(np.array([1], np.int64), "tokens"))
    weight = build.node("Unsqueeze", ["mask", "last"], "weight")
    summed = build.node("ReduceSum", [build.node("Mul", [state, weight], "masked"), "tokens"], "summed", keepdims=0)
    build.node("LpNormalization", [summed], "vectors", axis=-1, p=2)
    graph = helper.make_graph(
        build.nodes, "e5",
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, ["texts", "tokens", hidden]),
         helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["texts", "tokens"])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", hidden])], build.stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)],
                             ir_version=8)
