"""How people really type: spelling that drifts, marks that are lost, stars, emoji. Seeded by the caller's dice."""

import re
from random import Random

VOWELS = re.compile(r"(?<=[a-z])[aeiou](?=[a-z])")
DRIFTS = (
    ("aa", "a"), ("ee", "i"), ("oo", "u"), ("i", "ee"), ("u", "oo"), ("w", "v"), ("v", "w"),
    ("kh", "k"), ("gh", "g"), ("z", "s"), ("ai", "e"), ("ay", "e"), ("y", "i"), ("ph", "f"),
    ("q", "k"), ("ain", "en"), ("h", ""), ("ein", "en"), ("o", "u"), ("e", "i"), ("a", "aa"),
)  # fmt: skip
EMOJI = ("😭", "🙏", "😊", "❤️", "😢", "🤲", "👍", "😔", "🙂", "💔", "🌹", "😂")
ENDS = "?.!؟۔،, "
LETTER = re.compile(r"[^\W\d_]")


def spell(text: str, dice: Random, share: float = 0.2) -> str:
    """Return Roman Urdu with a share of its words spelt another way."""
    return " ".join(
        _drift(word, dice) if dice.random() < share else word for word in text.split(" ")
    )


def _drift(word: str, dice: Random) -> str:
    if len(word) < 3:
        return word
    choice = dice.random()
    if choice < 0.6:
        fitting = [pair for pair in DRIFTS if pair[0] in word.lower()]
        if fitting:
            old, new = dice.choice(fitting)
            return re.sub(old, new, word, count=1, flags=re.IGNORECASE)
    if choice < 0.8:  # the vowel inside is left out
        places = [found.start() for found in VOWELS.finditer(word)]
        if places:
            place = dice.choice(places)
            return word[:place] + word[place + 1 :]
    place = dice.randrange(len(word))
    return word[:place] + word[place] + word[place:]


def slip(text: str, dice: Random) -> str:
    """Return `text` with one slip of the finger: two letters changed round, one lost, or a space lost."""
    places = [found.start() for found in LETTER.finditer(text)][:-1]
    if len(places) < 4:
        return text
    place, choice = dice.choice(places), dice.random()
    if choice < 0.4:
        return text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
    if choice < 0.7:
        return text[:place] + text[place + 1 :]
    spaces = [index for index, letter in enumerate(text) if letter == " "]
    if not spaces:
        return text
    space = dice.choice(spaces)
    return text[:space] + text[space + 1 :]


def rough(text: str, variety: str, dice: Random) -> str:
    """Return `text` as somebody in a hurry may have typed it."""
    if variety in {"roman", "mixed"} and dice.random() < 0.4:
        text = spell(text, dice)
    if dice.random() < 0.06:
        text = slip(text, dice)
    if dice.random() < 0.15:
        text = text.rstrip(ENDS) or text
    if dice.random() < 0.03:
        text = re.sub(r"[?.!؟۔،,;:]", "", text) or text
    if dice.random() < 0.06:
        text += dice.choice(("", " ")) + dice.choice(EMOJI) * dice.choice((1, 1, 2, 3))
    if dice.random() < 0.03:
        words = text.split(" ")
        place = dice.randrange(len(words))
        words[place] = f"*{words[place]}*"
        text = " ".join(words)
    return text
