"""A model is read whole before it is used, and a damaged one costs no more than the step to the one before."""

import logging
import os
import tarfile

import pytest

from bot.errors import ModelError
from bot.storage.model_archive import is_whole, keep, usable


def made(folder, name):
    """A model as training leaves it."""
    (folder / "making").mkdir(parents=True, exist_ok=True)
    (folder / "making" / "metadata.json").write_bytes(os.urandom(200_000))
    path = folder / "making" / f"{name}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder / "making" / "metadata.json", "metadata.json")
    return path


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    for age, name in ((300, "old"), (200, "older-than-new"), (100, "new")):
        kept = keep(made(folder, name), folder)
        os.utime(kept, (1e9 - age, 1e9 - age))
    return folder


def cut(path, *, at=0.5):
    size, times = path.stat().st_size, path.stat()
    with path.open("rb+") as stream:
        stream.truncate(int(size * at))
    os.utime(path, (times.st_atime, times.st_mtime))


def flip(path):
    content, times = bytearray(path.read_bytes()), path.stat()
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, (times.st_atime, times.st_mtime))


def test_the_newest_model_is_used_and_two_are_kept(models):
    assert usable(models).name == "new.tar.gz"
    assert {path.name for path in models.glob("*.tar.gz*")} == {
        f"{name}.tar.gz{ending}" for name in ("new", "older-than-new") for ending in ("", ".sha256")
    }


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: cut(path, at=0.5), id="cut in half"),
        pytest.param(lambda path: cut(path, at=0.9999), id="its last bytes cut off"),
        pytest.param(lambda path: cut(path, at=0), id="empty"),
        pytest.param(flip, id="one bit is another"),
    ],
)
def test_a_damaged_model_falls_back_to_the_one_before_with_one_line(models, caplog, damage, sealed):
    if not sealed:
        (models / "new.tar.gz.sha256").unlink()
    damage(models / "new.tar.gz")
    with caplog.at_level(logging.INFO):
        assert usable(models).name == "older-than-new.tar.gz"
    (line,) = caplog.messages
    assert "new.tar.gz" in line and "older-than-new.tar.gz" in line


def test_no_whole_model_is_one_error(models):
    for path in models.glob("*.tar.gz"):
        cut(path)
    with pytest.raises(ModelError, match="no model is whole .*train --force"):
        usable(models)


def test_no_model_at_all_is_an_error(tmp_path):
    with pytest.raises(ModelError, match="run `jawab train`"):
        usable(tmp_path)


def test_a_model_of_before_seals_is_used(models):
    for seal in models.glob("*.sha256"):
        seal.unlink()
    assert usable(models).name == "new.tar.gz"


def test_a_seal_that_was_cut_is_no_reason_to_refuse_a_whole_model(models):
    cut(models / "new.tar.gz.sha256", at=0.3)
    assert is_whole(models / "new.tar.gz")


def test_a_new_model_never_drives_out_the_last_whole_one(models):
    cut(models / "new.tar.gz")
    kept = keep(made(models, "newest"), models)
    assert usable(models) == kept and (models / "older-than-new.tar.gz").exists()
