"""One normal form for what patients type, so that the same words are the same characters.

`normalise` keeps words and their order and changes only how they are written; running it twice changes nothing.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from bot.project import lexicon
from bot.storage.yaml_file import read_yaml
from bot.text.lookalikes import lookalikes

# joiners, direction marks, variation selectors and other characters that nobody sees
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200d-\u200f"
    "\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
NON_JOINER = "\u200c"  # stands where a word would otherwise join: a space to the reader
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
GLUED_PUNCTUATION = re.compile(r"(?<=[^\W\d_])([،؛؟۔!?;:,.…]+)(?=[^\W\d_])")
GLUED_NUMBER = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)")
GLUED_SCRIPTS = re.compile(r"(?<=[a-z])(?=[\u0620-\u06ff])|(?<=[\u0620-\u06ff])(?=[a-z])")
DOTTED_LETTERS = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?\b")
SPACES = re.compile(r"\s+")
LINE_BREAK = re.compile(r"([.?!؟۔؛;:]?)\s*[\r\n\u2028\u2029]+\s*")  # a line ends what its words say
COMMAND = re.compile(
    r"^[\s/\\\uff0f\u2044\u2215\u29f8]+"
)  # what starts with a slash is a finished parse to Rasa


@lru_cache(maxsize=4)
def letter_table(folder: Path | None = None) -> dict[int, str | None]:
    """Return the translation table of `letters.yml` in `folder`, for `str.translate`."""
    folder = folder or lexicon()
    letters = read_yaml(folder / "letters.yml")["letters"]
    table: dict[int, str | None] = {ord(char): plain for char, plain in letters["fold"].items()}
    for span in letters["drop"]:
        table.update(dict.fromkeys(range(ord(span[0]), ord(span[-1]) + 1)))
    return table


@lru_cache(maxsize=1)
def _digit_table() -> dict[int, str]:
    """Map every decimal digit of every script to 0-9."""
    return {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x80, 0x1FBFF)
        if unicodedata.category(chr(code)) == "Nd"
    }


def visible(text: str) -> str:
    """Return `text` without characters nobody sees: controls, lone surrogates, joiners, direction marks."""
    text = text.replace(NON_JOINER, " ")
    return CONTROL.sub(" ", INVISIBLE.sub("", text))


def _full_stop(found: re.Match[str]) -> str:
    return f"{found[1] or '.'} "


@lru_cache(maxsize=256)  # every part of the pipeline asks for the same few; in memory only
def normalise(text: str) -> str:
    """Return the normal form of `text`: lower case, Urdu letters, ASCII digits, single spaces, no slash in front.

    >>> normalise("كيا يہ جائز ہے؟میرا AMH ۰٫۴ hai")
    'کیا یہ جائز ہے؟ میرا amh 0.4 hai'
    """
    text = LINE_BREAK.sub(_full_stop, visible(text).strip())
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text))
    text = visible(text).translate(letter_table()).translate(_digit_table())
    text = text.translate(lookalikes())
    text = unicodedata.normalize("NFC", text.casefold())
    text = DOTTED_LETTERS.sub(lambda found: found.group().replace(".", ""), text)
    text = GLUED_PUNCTUATION.sub(r"\1 ", text)
    text = GLUED_SCRIPTS.sub(" ", GLUED_NUMBER.sub(" ", text))
    text = ELONGATED.sub(r"\1", text)
    return COMMAND.sub("", SPACES.sub(" ", text)).strip()
