"""`make finetune`: tunes the encoder on `data/nlu`, measures it on what was held out, and writes `data/encoder`."""

import argparse
import dataclasses
import logging
import os
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from tuning import corpus, e5file, export, measure, train, vocabulary
from tuning.batches import Maker
from tuning.network import Network

logger = logging.getLogger("tuning")
CACHE = Path(".cache/tuning")
HELD_OUT = 0.1  # share of the messages, near duplicates together
MEASURED = 400  # messages that tell how the untrained states spread


def main() -> None:
    """Run the whole of it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options = _options()
    torch.set_num_threads(options.threads)
    recipe = train.Recipe(
        **{field.name: getattr(options, field.name) for field in dataclasses.fields(train.Recipe)}
    )
    rows = corpus.load(options.corpus)
    kinds = corpus.kinds()
    names = sorted({label for row in rows for label in row.labels})
    logger.info("%d messages, %d intents", len(rows), len(names))
    out = corpus.held_out(corpus.groups(rows), options.held_out, recipe.seed)
    learnt = [row for row, away in zip(rows, out, strict=True) if not away]
    held = [row for row, away in zip(rows, out, strict=True) if away]

    cache = CACHE / corpus.fingerprint(learnt)[:12]
    cache.mkdir(parents=True, exist_ok=True)
    weights = e5file.read(e5file.find())
    vocabulary.write(weights, cache)
    tokenizer = Tokenizer.from_file(str(cache / "tokenizer.json"))
    maker = Maker(learnt, kinds, names, tokenizer, recipe.seed, recipe.joined, budget=recipe.budget)
    network = start(weights, maker, cache, recipe)
    caution = [names.index(name) for name in sorted(kinds.caution) if name in names]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    steps = train.run(network, maker, recipe, caution, cache, device)
    network.cpu().eval()
    torch.save(network.state_dict(), cache / "tuned.pt")
    space = export.space(network, maker)
    export.write(network, space, export.loudest(network, maker), cache, options.out)
    card = export.card(rows, names, recipe, steps, options.out)
    export.finish(card, options.out)
    if held:
        card["figures"] = measure.figures(options.out, learnt, held, kinds, seed=recipe.seed)
        export.finish(card, options.out)
        measure.tell(card["figures"])


def start(weights: e5file.E5File, maker: Maker, cache: Path, recipe: train.Recipe) -> Network:
    """Return the untrained network, its heads standardised on some of the messages."""
    torch.manual_seed(recipe.seed)
    names = list(maker.names)
    network = Network(
        weights,
        vocabulary.embeddings(cache),
        np.load(cache / "positions.npy"),
        layers=recipe.layers,
        intents=len(names),
        loudest=[names.index(name) for name in maker.kinds.caution if name in names],
    )
    some = maker.rows[:: max(1, len(maker.rows) // MEASURED)]
    batches = maker.batches([maker.read(row) for row in some])
    network.standardise([(batch.ids, batch.mask) for batch in batches])
    return network


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tuning", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("data/nlu"))
    parser.add_argument("--out", type=Path, default=Path("data/encoder"))
    parser.add_argument("--held-out", type=float, default=HELD_OUT)
    parser.add_argument(
        "--threads",
        type=int,
        default=os.cpu_count() or 1,
        help="as many as there are free cores: on a busy machine one is twice as fast as two",
    )
    for field in dataclasses.fields(train.Recipe):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default
        )
    return parser.parse_args()


if __name__ == "__main__":
    main()
