"""What the WhatsApp tests share."""

import pytest
from fake_bot import signed_texts


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The texts of this repository, every one allowed, with a clinic that can be reached."""
    return signed_texts(tmp_path_factory.mktemp("texts") / "data")


@pytest.fixture
def data_of_my_own(tmp_path):
    """The same, for a test that changes them."""
    return signed_texts(tmp_path / "texts")
