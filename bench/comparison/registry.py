"""Every candidate, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from comparison.candidate import Candidate
from comparison.diet import Diet
from comparison.linear import (
    CANONICAL,
    LETTERS,
    SHARED,
    URDU,
    WORDS,
    Linear,
    Logistic,
    PerVariety,
    Vector,
)
from comparison.outside import BAG, ENSEMBLE, FastText, Spacy
from comparison.own import Own


@dataclass(frozen=True)
class Entry:
    """A candidate: what it is, how it is made; a slow one is scored on one fold of a smaller sample."""

    what: str
    make: Callable[[], Candidate]
    slow: bool = False


CANDIDATES: dict[str, Entry] = {
    "char_lr": Entry("letter n-grams, logistic regression", lambda: Linear(LETTERS, Logistic)),
    "char_svc": Entry("letter n-grams, LinearSVC", lambda: Linear(LETTERS, Vector)),
    "word_lr": Entry("words and pairs, logistic regression", lambda: Linear(WORDS, Logistic)),
    "word_svc": Entry("words and pairs, LinearSVC", lambda: Linear(WORDS, Vector)),
    "char_each": Entry(
        "char_svc, a model for each variety", lambda: PerVariety(lambda: Linear(LETTERS, Vector))
    ),
    "char_lexicon": Entry("char_svc, Roman lexicon first", lambda: Linear(CANONICAL, Vector)),
    "char_urdu": Entry("char_svc, Roman in Urdu script first", lambda: Linear(URDU, Vector)),
    "char_skeletons": Entry("char_svc and skeletons", lambda: Linear(SHARED, Vector)),
    "spelling": Entry("ours without the encoder: lexicon, letters, skeletons", Own),
    "fasttext": Entry("fastText, supervised", FastText),
    "spacy_bow": Entry("spaCy textcat, bag of words", lambda: Spacy(BAG, epochs=10)),
    "spacy_ensemble": Entry(
        "spaCy textcat, ensemble", lambda: Spacy(ENSEMBLE, epochs=10), slow=True
    ),
    "diet": Entry("Rasa's default NLU pipeline with DIET", Diet, slow=True),
}
