"""ADAPTER: runs Rasa's actions in this process, where Rasa would ask an action server. Named, never imported: the
actions use this package and not the other way round."""

from functools import lru_cache
from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


@lru_cache(maxsize=1)
def _executor() -> ActionExecutor:
    found = ActionExecutor()
    found.register_package("actions")
    return found


class LocalActions(EndpointConfig):
    """An action server that needs no port."""

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """Return what the action of `json` returns, as a server would."""
        return await _executor().run(json)
