"""Messages of several parts, made on the fly from single ones: what people send in one go.

A danger or a case stands in every order beside greetings, thanks, small talk and one to nine questions, and calm parts
are joined in just the same ways, so that neither joining nor length tells anything about danger.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tuning.corpus import Kinds, Row
from tuning.noise import ENDS, rough

INLINE = (
    " ", " ", " ", ", ", ", ", "، ", ". ", ". ", "? ", "? ", "؟ ", "۔ ", " aur ", " aur ", " and ", " and ",
    " اور ", " or ", " + ", " & ", "... ", ".. ", " / ", "; ", " - ", " bhi ", " phir ", " also ",
    " پھر ", "! ", ",", ".",
)  # fmt: skip
LINES = ("\n", "\n", "\n", "\n\n", "\n\n", " \n")
MARKS = ("{n}) ", "{n}. ", "{n}- ", "({n}) ", "{n}.", "{u}۔ ", "{u}) ", "- ", "• ", "* ", "-", "•")
URDU_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
MOST_LETTERS = 360  # of a composed message in training: longer ones cost much and teach little more

# (weight, parts): a part is d (danger), k (case), c (either), t (topic), s (small talk), u (uncovered or off-topic),
# o (any other); a number of topics is drawn where n stands
PLANS = (
    (9, "cs"), (3, "css"), (12, "ct"), (5, "ctt"), (4, "cst"), (5, "cn"), (2, "csn"), (3, "cu"), (3, "co"), (3, "dk"),
    (3, "dt"), (2, "ds"), (2, "dn"), (1, "cc"),
    (9, "st"), (16, "tt"), (7, "ttt"), (4, "stt"), (4, "n"), (2, "sn"), (6, "tu"), (3, "su"), (2, "uu"), (2, "ttu"),
    (4, "to"), (3, "so"), (2, "oo"), (2, "ts"), (1, "ss"), (2, "nu"),
)  # fmt: skip


@dataclass
class Composer:
    """Draws composed messages from `rows`; the same dice draw the same messages."""

    rows: Sequence[Row]
    kinds: Kinds
    _pools: dict[tuple[str, str], dict[str, list[Row]]] = field(init=False)

    def __post_init__(self) -> None:
        pools: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.rows:
            pools[self._kind(row), row.variety][row.labels[0]].append(row)
        self._pools = {
            key: {label: sorted(found, key=_length) for label, found in by_label.items()}
            for key, by_label in pools.items()
        }
        self._varieties = sorted({row.variety for row in self.rows})

    def draw(self, dice: Random) -> Row:
        """Return one composed message, its labels those of all its parts."""
        parts = self.parts(dice)
        text = join([part.text for part in parts], dice)
        labels = tuple(sorted({label for part in parts for label in part.labels}))
        return Row(rough(text, parts[0].variety, dice), labels, parts[0].variety)

    def parts(self, dice: Random) -> list[Row]:
        """Return the parts of one message, in the order in which they are written."""
        plan = dice.choices([plan for _, plan in PLANS], [weight for weight, _ in PLANS])[0]
        if "n" in plan:
            plan = plan.replace("n", "t" * min(dice.randint(3, 9), dice.randint(3, 9)))
        plan = "".join(dice.choice("dk") if kind == "c" else kind for kind in plan)
        variety = dice.choice(self._varieties)
        parts = [
            row
            for kind in plan
            if (row := self.pick(kind, self._variety(variety, dice), dice, short=len(plan) > 2))
        ]
        order = list(parts)
        dice.shuffle(order)
        if dice.random() < 0.6:  # small talk stands first more often than not
            order.sort(key=lambda row: row.labels[0] not in self.kinds.talk)
        return _within(order, self.kinds.caution)

    def pick(self, kind: str, variety: str, dice: Random, *, short: bool = False) -> Row | None:
        """Return a row of a kind: its label is drawn first, so that no label is rare; short ones more often."""
        pool = self._pools.get((kind, variety))
        if not pool:
            return None
        found = pool[dice.choice(sorted(pool))]
        place = dice.random() ** (2.0 if short else 1.3)
        return found[int(place * len(found))]

    def _variety(self, variety: str, dice: Random) -> str:
        return dice.choice(self._varieties) if dice.random() < 0.12 else variety

    def _kind(self, row: Row) -> str:
        """Return the letter of the plans that a row may stand for."""
        label, kinds = row.labels[0], self.kinds
        if set(row.labels) & kinds.danger:
            return "d"
        if set(row.labels) & kinds.case:
            return "k"
        if len(row.labels) > 1:
            return ""
        if label in kinds.topics:
            return "t"
        if label in kinds.talk:
            return "s"
        return "u" if label.startswith("uncovered") or label == "off_topic" else "o"


def join(texts: Sequence[str], dice: Random) -> str:
    """Return `texts` as one message: in a line, line by line, or as a list."""
    shape = dice.random()
    if shape < 0.6:
        return _inline(texts, dice)
    if shape < 0.78:
        return _by(texts, [dice.choice(LINES)] * len(texts), dice)
    if shape < 0.92:
        return _listed(texts, dice.choice(MARKS), dice.choice(("\n", "\n", "\n\n")), dice)
    if shape < 0.95:
        return _listed(texts, dice.choice(MARKS[:4]), " ", dice)
    return _by(texts, [dice.choice(INLINE + LINES) for _ in texts], dice)


def _inline(texts: Sequence[str], dice: Random) -> str:
    same = dice.choice(INLINE)
    mixed = dice.random() < 0.2
    return _by(texts, [dice.choice(INLINE) if mixed else same for _ in texts], dice)


def _by(texts: Sequence[str], separators: Sequence[str], dice: Random) -> str:
    made = texts[0]
    for text, separator in zip(texts[1:], separators, strict=False):
        bare = (
            separator != "\n"
            and "\n" not in separator
            and (separator != " " or dice.random() < 0.6)
        )
        made = ((made.rstrip(ENDS) or made) if bare else made) + separator + text
    return made


def _listed(texts: Sequence[str], mark: str, between: str, dice: Random) -> str:
    lead = dice.random() < 0.1 and len(texts) > 2  # a first line before the list
    lines = []
    for place, text in enumerate(texts, 0 if lead else 1):
        urdu = "".join(URDU_DIGITS[int(digit)] for digit in str(place))
        lines.append((mark.format(n=place, u=urdu) if place else "") + text)
    return between.join(lines)


def _within(parts: list[Row], caution: frozenset[str]) -> list[Row]:
    """Return `parts` without the last calm ones for which there is no room."""
    kept = list(parts)
    while sum(map(_length, kept)) > MOST_LETTERS and len(kept) > 1:
        calm = [row for row in kept if not set(row.labels) & caution] or kept
        kept.remove(max(calm, key=_length))
    return kept


def _length(row: Row) -> int:
    return len(row.text)
