"""How unlike the corpus a vector is: its distance from the nearest intent (Mahalanobis, one spread for all intents)."""

from dataclasses import dataclass

import numpy as np

RIDGE = 0.05  # share of the mean variance added to every direction


@dataclass(frozen=True)
class Space:
    """`white` (384, 384) makes every intent spread alike; `means` (intents, 384) are the intents' centres there."""

    white: np.ndarray
    means: np.ndarray

    def strangeness(self, vectors: np.ndarray) -> np.ndarray:
        """Return how strange each of `vectors` (texts, 384) is, shape (texts,)."""
        white = vectors @ self.white
        apart = (
            (white**2).sum(axis=1)[:, None]
            - 2 * white @ self.means.T
            + (self.means**2).sum(axis=1)[None]
        )
        return apart.min(axis=1) / vectors.shape[1]


def fit(vectors: np.ndarray, intents: np.ndarray) -> Space:
    """Return the space of `vectors` (texts, 384), whose `intents` (texts,) are columns."""
    known = np.unique(intents)
    means = np.stack([vectors[intents == intent].mean(axis=0) for intent in known])
    centred = vectors - means[np.searchsorted(known, intents)]
    covariance = centred.T @ centred / len(vectors)
    covariance += np.eye(len(covariance)) * RIDGE * np.trace(covariance) / len(covariance)
    values, directions = np.linalg.eigh(covariance)
    white = (directions / np.sqrt(values)).astype(np.float32)
    return Space(white, (means @ white).astype(np.float32))
