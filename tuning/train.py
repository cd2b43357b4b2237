"""The tuning itself: seeded, stopped by steps, taken up again where it was left."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch.nn import functional

from tuning.batches import Batch, Maker
from tuning.network import Network, Output
from tuning.progress import Progress

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True)
class Recipe:
    """Every number of a run; `docs` and the card tell where each comes from (shared facts on fine-tuning)."""

    seed: int = 7
    layers: int = 12
    epochs: float = 2.0
    joined: float = 0.4  # composed messages for each single one
    budget: int = 768  # tokens a batch
    rate: float = 3e-4
    head_rate: float = 3e-3
    deeper: float = 0.9  # of the rate, for each layer down
    decay: float = 0.01
    warm: float = 0.08
    clip: float = 1.0
    sigmoid: float = 0.5  # weight of the labels' loss beside the intent's
    caution: float = 3.0  # weight of dangers and cases in it
    keep_each: int = 300  # steps between checkpoints


def run(network: Network, maker: Maker, recipe: Recipe, caution: list[int], cache: Path,
        device: str) -> int:  # fmt: skip
    """Train `network` in place and return the number of steps taken."""
    network.to(device).train()
    batches = maker.epoch(0)
    total = round(
        len(batches) * recipe.epochs
    )  # later epochs may differ by a few: the schedule ends here
    optimiser = torch.optim.AdamW(_groups(network, recipe), betas=(0.9, 0.98), fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _share(step, total, recipe)
    )
    weights = torch.ones(len(maker.names), device=device)
    weights[caution] = recipe.caution
    begun = _restore(network, optimiser, schedule, cache, recipe)
    progress = Progress(total, begun)
    for step, batch in enumerate(_stream(maker, batches, total, begun), begun):
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # dropout, the same after a restart
        loss = _step(network, batch.to(device), optimiser, weights, recipe, device)
        schedule.step()
        progress.tell(step + 1, loss)
        if (step + 1) % recipe.keep_each == 0:
            _keep(network, optimiser, schedule, step + 1, cache, recipe)
    _keep(
        network, optimiser, schedule, total, cache, recipe
    )  # run again, it only writes and measures
    network.eval()
    return total


def _stream(maker: Maker, first: list[Batch], total: int, begun: int) -> Iterator[Batch]:
    """Yield the batches from step `begun` to the last."""
    step, epoch, batches = 0, 0, first
    while step < total:
        for batch in batches[: total - step]:
            if step >= begun:
                yield batch
            step += 1
        epoch += 1
        batches = maker.epoch(epoch) if step < total else []


def _step(network: Network, batch: Batch, optimiser: torch.optim.Optimizer, weights: torch.Tensor,
          recipe: Recipe, device: str) -> float:  # fmt: skip
    with torch.autocast(device, dtype=torch.bfloat16):
        output = network(batch.ids, batch.mask)
    loss = _loss(output, batch, weights, recipe)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
    optimiser.step()
    return float(loss.detach())


def _loss(output: Output, batch: Batch, weights: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Return the intent's cross entropy over single messages and the labels' over all, summed over labels."""
    apart = functional.binary_cross_entropy_with_logits(
        output.labels, batch.targets, reduction="none"
    )
    labels = (apart * batch.heard * weights).sum(dim=1).mean()
    if not bool((batch.intent >= 0).any()):
        return recipe.sigmoid * labels
    intent = functional.cross_entropy(output.intent, batch.intent, reduction="sum")
    return intent / len(batch.intent) + recipe.sigmoid * labels


def _share(step: int, total: int, recipe: Recipe) -> float:
    """Return the share of the rate at `step`: it warms up, then falls in a line."""
    warm = max(1, math.ceil(total * recipe.warm))
    return min((step + 1) / warm, max(0.0, (total - step) / max(1, total - warm)))


def _groups(network: Network, recipe: Recipe) -> list[dict[str, object]]:
    heads = [network.intent.weight, network.intent.bias, network.query.weight,
             network.judge.weight, network.bias]  # fmt: skip
    groups: list[dict[str, object]] = [
        {"params": heads, "lr": recipe.head_rate, "weight_decay": recipe.decay}
    ]
    for place, layer in enumerate(network.layers):
        rate = recipe.rate * recipe.deeper ** (len(network.layers) - 1 - place)
        matrices = [value for value in layer.parameters() if value.ndim > 1]
        vectors = [value for value in layer.parameters() if value.ndim == 1]
        groups += [
            {"params": matrices, "lr": rate, "weight_decay": recipe.decay},
            {"params": vectors, "lr": rate, "weight_decay": 0.0},
        ]
    network.norm.requires_grad_(False)
    return groups


def _keep(network: Network, optimiser: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR,
          step: int, cache: Path, recipe: Recipe) -> None:  # fmt: skip
    state = {
        "step": step,
        "recipe": asdict(recipe),
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
    }
    torch.save(state, cache / "checkpoint.new")
    (cache / "checkpoint.new").replace(cache / CHECKPOINT)


def _restore(network: Network, optimiser: torch.optim.Optimizer,
             schedule: torch.optim.lr_scheduler.LambdaLR, cache: Path, recipe: Recipe) -> int:  # fmt: skip
    """Take up a checkpoint of the same recipe and return its step; 0 where there is none."""
    path = cache / CHECKPOINT
    if not path.exists():
        return 0
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["recipe"] != asdict(recipe):
        return 0
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
