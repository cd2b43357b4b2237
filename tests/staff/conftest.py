"""A running console for the tests of this folder."""

import itertools

import pytest
from office import Office

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def office(terminal, tmp_path_factory):
    with Office(terminal.agent, tmp_path_factory.mktemp("staff")) as running:
        yield running


@pytest.fixture
def staff(office):
    """Make somebody of a role, signed in, under a name of their own."""
    return lambda role: office.signed_in(f"{role}{next(NUMBERS)}", role)
