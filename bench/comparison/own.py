"""The bot's own spelling model as a candidate; the tuned encoder's figures stand in `data/encoder/card.json`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.nlu.spelling import Spelling


class Own:
    """`bot.nlu.spelling`, as `jawab train` fits it."""

    def fit(self, texts: Sequence[str], intents: Sequence[str], varieties: Sequence[str]) -> None:
        """Train as `jawab train` does."""
        self._model = Spelling.train(texts, intents)

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """Return probabilities of shape (texts, intents), intents sorted."""
        return self._model.judge(texts)

    def save(self, folder: Path) -> None:
        """Write the model, so that its size can be told."""
        self._model.save(folder)
