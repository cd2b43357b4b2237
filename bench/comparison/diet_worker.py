"""Runs in the stock environment, in the folder of one model: `diet_worker.py train` or `diet_worker.py parse`."""

import asyncio
import json
import sys
import time
from pathlib import Path


def train() -> None:
    """Train on nlu.yml."""
    from rasa.model_training import train_nlu

    if not train_nlu("config.yml", "nlu.yml", "models"):
        raise SystemExit("Rasa made no model")


async def parse() -> None:
    """Parse every text of texts.json; write the ranking of each and the CPU seconds it took."""
    from rasa.core.agent import Agent

    agent, answers = Agent.load("models"), []
    for text in json.loads(Path("texts.json").read_text(encoding="utf-8")):
        started = time.process_time()
        found = await agent.parse_message(text)
        taken = time.process_time() - started
        answers.append(
            {
                "seconds": taken,
                "ranking": {one["name"]: one["confidence"] for one in found["intent_ranking"]},
            }
        )
    Path("answers.json").write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "train":
        train()
    else:
        asyncio.run(parse())
