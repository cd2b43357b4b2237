"""Lets Rasa 3.6.21 load without TensorFlow, and keeps its telemetry off.

`import_hook.pth` imports this module whenever Python starts in our environment, so that `rasa train`, `rasa shell` and
the rest work as Rasa users type them. It costs nothing until something imports `rasa`. Why, and what is lost:
docs/decisions/0001-rasa-without-tensorflow.md. Rasa's graph runner is replaced here too (graph_runner.py).
"""

import importlib
import importlib.util
import os
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LEFT_OUT = ("tensorflow", "tensorflow_hub", "tensorflow_text", "tensorflow_addons", "keras")
NEURAL = {
    "DIETClassifier",
    "ResponseSelector",
    "TEDPolicy",
    "UnexpecTEDIntentPolicy",
    "ConveRTFeaturizer",
    "LanguageModelFeaturizer",
}


class TensorFlowLeftOut(ImportError):
    """Something asked the placeholder for TensorFlow to do real work."""


class _PlaceholderMeta(type):
    """A class whose every attribute is a placeholder class again, so that Rasa can subclass and annotate with it."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__name__}.{name}")


def _placeholder(name: str) -> Any:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise TensorFlowLeftOut(f"{name} needs TensorFlow, which this installation leaves out")

    def decorate(cls: Any, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` and `@register(...)` at import time hand back what they decorate
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]
        return lambda wrapped=None, *a, **k: wrapped

    return _PlaceholderMeta(
        name, (), {"__init__": refuse, "__new__": decorate, "__module__": "tensorflow"}
    )


class _PlaceholderModule(ModuleType):
    __path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = "2.12.0" if name == "VERSION" else _placeholder(name)
        setattr(self, name, value)
        return value


class _PlaceholderFinder(MetaPathFinder, Loader):
    """Answers imports of TensorFlow and its kin while Rasa loads, and never again."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname.split(".")[0] in LEFT_OUT:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the module answers every name by itself."""


class _RasaWatcher(MetaPathFinder):
    """Acts on the first import of `rasa`, then steps aside."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != "rasa":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec("rasa")
        if spec is not None and spec.loader is not None:
            spec.loader = _RasaLoader(spec.loader)
        return spec


class _RasaLoader(Loader):
    """Runs Rasa's own loader, then loads its components while the placeholders stand in for TensorFlow."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with warnings.catch_warnings():
            # Rasa's pinned packages deprecate one another: not ours to mend, and they reset the filters as they load
            warnings.showwarning = lambda *args, **kwargs: None
            self._real.exec_module(module)
            if importlib.util.find_spec("tensorflow") is None:
                _load_components_without_tensorflow()
                _refuse_neural_components()
            importlib.import_module("bot.rasa_adapter.graph_runner").install()
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings(
            "ignore", message="Slot auto-fill has been removed"
        )  # told to everybody with slots


def _load_components_without_tensorflow() -> None:
    finder = _PlaceholderFinder()
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module("rasa.engine.recipes.default_components")
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.split(".")[0] in LEFT_OUT]:
            del sys.modules[name]


def _refuse_neural_components() -> None:
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.exceptions import InvalidConfigException

    lookup = DefaultV1Recipe._from_registry

    def lookup_without_neural(name: str) -> Any:
        if name.rpartition(".")[2] in NEURAL:
            raise InvalidConfigException(
                f"config.yml: '{name}' needs TensorFlow, which this installation leaves out; name another "
                f"component, or see docs/decisions/0001-rasa-without-tensorflow.md"
            )
        return lookup(name)

    DefaultV1Recipe._from_registry = staticmethod(lookup_without_neural)


os.environ["RASA_TELEMETRY_ENABLED"] = "false"
sys.meta_path.insert(0, _RasaWatcher())
