"""Classifiers of other packages: fastText and spaCy. Each package is imported where it is used."""

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.spelling import SEED


class FastText:
    """fastText's supervised mode over words, pairs of words and letter n-grams."""

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Train on a file, which is all it reads."""
        import fasttext

        fasttext.FastText.eprint = lambda *words: None  # it warns of its own API at every load
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "train.txt"
            path.write_text(
                "".join(
                    f"__label__{intent} {text}\n"
                    for text, intent in zip(texts, intents, strict=True)
                ),
                encoding="utf-8",
            )
            self._model = fasttext.train_supervised(
                str(path),
                dim=50,
                lr=1.0,
                epoch=100,
                wordNgrams=2,
                minn=2,
                maxn=5,
                bucket=200_000,
                loss="softmax",
                thread=1,
                seed=SEED,
                verbose=0,
            )
        self._places = {
            f"__label__{intent}": place for place, intent in enumerate(sorted(set(intents)))
        }

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return its softmax."""
        found = np.zeros((len(texts), len(self._places)))
        for row, text in enumerate(texts):
            labels, scores = self._model.predict(text, k=-1)
            for label, score in zip(labels, scores, strict=True):
                found[row, self._places[label]] = score
        return found / found.sum(axis=1, keepdims=True)

    def save(self, folder: Path) -> None:
        """Write its binary model."""
        self._model.save_model(str(folder / "model.bin"))


# spaCy's defaults, but for pairs of words, and a table an eighth as long: every update goes over all of it
BAG = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 2,
    "no_output_layer": False,
    "length": 32768,
}
ENSEMBLE = {
    "@architectures": "spacy.TextCatEnsemble.v2",
    "linear_model": BAG,
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 64,
            "rows": [2000, 2000, 500, 1000, 500],
            "attrs": ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 64,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": 2,
        },
    },
}


class Spacy:
    """spaCy's text classifier on a blank pipeline; what it learns of words it learns from these messages."""

    def __init__(self, model: dict[str, Any], *, epochs: int) -> None:
        self._model, self._epochs = model, epochs

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Train in batches that grow, as spaCy's own training does."""
        import spacy
        from spacy.training import Example
        from spacy.util import compounding, fix_random_seed, minibatch

        fix_random_seed(SEED)
        names = sorted(set(intents))
        self._nlp = spacy.blank("xx")
        textcat = self._nlp.add_pipe("textcat", config={"model": self._model})
        for name in names:
            textcat.add_label(name)
        cats = {intent: {name: float(name == intent) for name in names} for intent in names}
        examples = [
            Example.from_dict(self._nlp.make_doc(text), {"cats": cats[intent]})
            for text, intent in zip(texts, intents, strict=True)
        ]
        optimizer, dice = self._nlp.initialize(lambda: examples), random.Random(SEED)
        sizes = compounding(16.0, 64.0, 1.01)
        for _ in range(self._epochs):
            dice.shuffle(examples)
            for batch in minibatch(examples, size=sizes):
                self._nlp.update(batch, sgd=optimizer, drop=0.2)

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return its softmax."""
        names = sorted(self._nlp.get_pipe("textcat").labels)
        return np.array([[doc.cats[name] for name in names] for doc in self._nlp.pipe(texts)])

    def save(self, folder: Path) -> None:
        """Write the pipeline."""
        self._nlp.to_disk(folder / "spacy")
