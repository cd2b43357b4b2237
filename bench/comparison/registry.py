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
from comparison.vectors import Own, Vectors

SVC_SCALE, LOGISTIC_SCALE = (
    1.0,
    1.0,
)  # length of a sentence vector that stands alone; chosen on a sample


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
    "spelling": Entry(
        "ours without vectors: lexicon, letters, skeletons", lambda: Own(vectors=False)
    ),
    "fasttext": Entry("fastText, supervised", FastText),
    "spacy_bow": Entry("spaCy textcat, bag of words", lambda: Spacy(BAG, epochs=10)),
    "spacy_ensemble": Entry(
        "spaCy textcat, ensemble", lambda: Spacy(ENSEMBLE, epochs=10), slow=True
    ),
    "vectors_raw_lr": Entry(
        "sentence vectors, logistic regression",
        lambda: Vectors(Logistic, scale=LOGISTIC_SCALE, transliterate=False),
    ),
    "vectors_raw_svc": Entry(
        "sentence vectors, LinearSVC", lambda: Vectors(Vector, scale=SVC_SCALE, transliterate=False)
    ),
    "vectors_lr": Entry(
        "vectors, Roman in Urdu script first, logistic regression",
        lambda: Vectors(Logistic, scale=LOGISTIC_SCALE, transliterate=True),
    ),
    "vectors_svc": Entry(
        "vectors, Roman in Urdu script first, LinearSVC",
        lambda: Vectors(Vector, scale=SVC_SCALE, transliterate=True),
    ),
    "both": Entry("ours: spelling and vectors, always", lambda: Own(vectors=True)),
    "cascade": Entry(
        "ours as it runs: vectors where spelling is under .99", lambda: Own(vectors=True, sure=0.99)
    ),
    "diet": Entry("Rasa's default NLU pipeline with DIET", Diet, slow=True),
}
