"""From messages to batches of ids: each epoch's own, drawn from the seed alone, so that a run can be taken up again."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from tokenizers import Tokenizer

from bot.nlu.reader import BOS, EOS, WINDOW, reading_view, tokens
from tuning.compose import Composer
from tuning.corpus import Kinds, Row
from tuning.noise import rough

PAD = 2
DROWNING = "off_topic"  # may be a quarter of the corpus: each epoch reads a part of it


@dataclass(frozen=True)
class Read:
    """One message as the network takes it: ids, targets by column, and whether it is one message by itself."""

    ids: list[int]
    labels: tuple[int, ...]
    single: bool
    unheard: tuple[int, ...] = ()  # columns left out of the loss: small talk beside something else


@dataclass(frozen=True)
class Batch:
    """Tensors of some messages: ids and mask (texts, tokens), targets and heard (texts, intents), intent (texts,)."""

    ids: torch.Tensor
    mask: torch.Tensor
    targets: torch.Tensor
    heard: torch.Tensor
    intent: torch.Tensor  # -100 where a message has several labels or is composed

    def to(self, device: str) -> "Batch":
        """Return the batch on `device`."""
        return Batch(*(value.to(device) for value in vars(self).values()))


@dataclass(frozen=True)
class Maker:
    """Makes the messages and batches of an epoch."""

    rows: Sequence[Row]
    kinds: Kinds
    names: Sequence[str]
    tokenizer: Tokenizer
    seed: int
    joined: float  # composed messages for each single one
    most_strange: float = 0.12  # share of `DROWNING` among an epoch's single messages
    budget: int = 768  # tokens of a batch, with padding

    def epoch(self, number: int) -> list[Batch]:
        """Return the batches of epoch `number`, in their order."""
        dice = Random(f"{self.seed}/{number}")
        singles = self._sampled(dice)
        composer = Composer(self.rows, self.kinds)
        messages = [(row, len(row.labels) == 1) for row in singles]
        messages = [
            (Row(rough(row.text, row.variety, dice), row.labels, row.variety), single)
            for row, single in messages
        ]
        messages += [(composer.draw(dice), False) for _ in range(int(len(singles) * self.joined))]
        batches = self.batches([self.read(row, single=single) for row, single in messages])
        dice.shuffle(batches)
        return batches

    def _sampled(self, dice: Random) -> list[Row]:
        strange = [row for row in self.rows if row.labels == (DROWNING,)]
        rest = [row for row in self.rows if row.labels != (DROWNING,)]
        most = int(len(rest) * self.most_strange / (1 - self.most_strange))
        return rest + (dice.sample(strange, most) if len(strange) > most else strange)

    def read(self, row: Row, *, single: bool = True) -> Read:
        """Return a row as the network takes it."""
        ids = tokens(self.tokenizer, reading_view(row.text))[:WINDOW]
        columns = tuple(self.names.index(label) for label in row.labels)
        talk = [
            column
            for label, column in zip(row.labels, columns, strict=True)
            if label in self.kinds.talk
        ]
        unheard = tuple(talk) if 0 < len(talk) < len(columns) else ()
        return Read([BOS, *ids, EOS], columns, single, unheard)

    def batches(self, read: Sequence[Read]) -> list[Batch]:
        """Return messages of like length together, as many as `budget` tokens hold."""
        batches: list[Batch] = []
        waiting: list[Read] = []
        for message in sorted(read, key=lambda message: len(message.ids)):
            if waiting and len(message.ids) * (len(waiting) + 1) > self.budget:
                batches.append(self._batch(waiting))
                waiting = []
            waiting.append(message)
        return [*batches, self._batch(waiting)] if waiting else batches

    def _batch(self, read: Sequence[Read]) -> Batch:
        longest, intents = max(len(message.ids) for message in read), len(self.names)
        ids = np.full((len(read), longest), PAD, np.int64)
        targets, heard = np.zeros((2, len(read), intents), np.float32)
        heard[:] = 1
        intent = np.full(len(read), -100, np.int64)
        for place, message in enumerate(read):
            ids[place, : len(message.ids)] = message.ids
            targets[place, list(message.labels)] = 1
            heard[place, list(message.unheard)] = 0
            if message.single:
                intent[place] = message.labels[0]
        held = torch.from_numpy(ids)
        return Batch(held, held != PAD, torch.from_numpy(targets), torch.from_numpy(heard),
                     torch.from_numpy(intent))  # fmt: skip
