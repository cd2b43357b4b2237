"""Rasa loads without TensorFlow, says so to whoever asks for a neural component, and reports home to nobody."""

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def fresh():
    """What a Python of its own finds after importing Rasa, its environment asking for telemetry."""
    program = (
        "import os, sys, rasa, rasa.core.agent, rasa.model_training\n"
        "print(os.environ['RASA_TELEMETRY_ENABLED'])\n"
        "print(*[name for name in sys.modules if name.split('.')[0] in ('tensorflow', 'keras')])\n"
        "print(*[type(finder).__name__ for finder in sys.meta_path])\n"
    )
    env = os.environ | {"RASA_TELEMETRY_ENABLED": "true", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_rasa_imports_without_tensorflow_and_leaves_no_placeholder_behind(fresh):
    assert fresh[1] == ""
    assert "_PlaceholderFinder" not in fresh[2] and "_RasaWatcher" not in fresh[2]
    assert importlib.util.find_spec("tensorflow") is None


def test_telemetry_stays_off_whatever_the_environment_says(fresh):
    assert fresh[0] == "false"


@pytest.mark.parametrize(
    "name",
    [
        "DIETClassifier",
        "TEDPolicy",
        "ResponseSelector",
        "UnexpecTEDIntentPolicy",
        "LanguageModelFeaturizer",
        "rasa.nlu.classifiers.diet_classifier.DIETClassifier",
    ],
)
def test_a_neural_component_is_refused_with_our_message(name):
    import rasa  # noqa: F401  (its import puts the refusal in place)
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.exceptions import InvalidConfigException

    with pytest.raises(InvalidConfigException, match=f"'{name}' needs TensorFlow, .*name another"):
        DefaultV1Recipe._from_registry(name)


@pytest.mark.parametrize(
    "name",
    [
        "RulePolicy",
        "WhitespaceTokenizer",
        "LogisticRegressionClassifier",
        "CountVectorsFeaturizer",
        "FallbackClassifier",
        "MemoizationPolicy",
    ],
)
def test_a_component_that_needs_no_tensorflow_is_still_there(name):
    import rasa  # noqa: F401
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    assert DefaultV1Recipe._from_registry(name).clazz.__name__ == name


def test_a_configuration_with_diet_is_refused_with_our_message(tmp_path):
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.shared.data import TrainingType
    from rasa.shared.exceptions import InvalidConfigException

    pipeline = [{"name": "WhitespaceTokenizer"}, {"name": "DIETClassifier"}]
    config = {"recipe": "default.v1", "language": "ur", "pipeline": pipeline}
    with pytest.raises(
        InvalidConfigException, match="needs TensorFlow, which this installation leaves out"
    ):
        DefaultV1Recipe().graph_config_for_recipe(config, {}, training_type=TrainingType.NLU)
