"""The running server purges by itself, and goes on where a purge fails."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.privacy import retention_job


@pytest.mark.parametrize("failing", [0, 2], ids=["in order", "the store is away at first"])
def test_the_server_purges_again_and_again(monkeypatch, caplog, failing):
    calls = []

    def purge(agent):
        calls.append(agent)
        if len(calls) <= failing:
            raise OSError("Zulekha")
        return {"events": 3}

    monkeypatch.setattr(retention_job, "_purge", purge)
    monkeypatch.setattr(retention_job, "FIRST", 0)
    monkeypatch.setattr(retention_job, "EVERY", 0.01)

    async def scenario():
        task = asyncio.create_task(retention_job.work(SimpleNamespace())())
        while len(calls) < 4:
            await asyncio.sleep(0.01)
        task.cancel()

    with caplog.at_level("INFO"):
        asyncio.run(asyncio.wait_for(scenario(), 10))
    assert "purged: events=3" in caplog.text and "Zulekha" not in caplog.text
    assert caplog.text.count("purge failed") == failing


def test_it_purges_the_stores_that_the_server_has_open(terminal, tmp_path, monkeypatch):
    from bot.rasa_adapter import tracker_store as private
    from bot.settings import Settings

    settings = Settings(var=tmp_path)
    monkeypatch.setattr(private, "settings", lambda: settings)
    monkeypatch.setattr(retention_job, "settings", lambda: settings)
    store = private.PrivateTrackerStore(terminal.agent.domain)
    with store.session_scope() as session:
        session.add(store.SQLEvent(sender_id="web-old", type_name="user", timestamp=1.0, data="{}"))
        session.commit()
    agent = SimpleNamespace(agent=SimpleNamespace(tracker_store=store))
    assert retention_job._purge(agent) == {"events": 1, "votes": 0}
