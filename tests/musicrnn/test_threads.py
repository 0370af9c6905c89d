"""Small networks get one thread of torch's; who has chosen a number keeps it."""

import pytest
import torch
from torch import nn

from musicrnn import threads as module
from musicrnn.threads import largest_product, suited_threads, threads

CORES = 8
SMALL, LARGE = nn.LSTM(64, 64), nn.LSTM(1024, 1024)


@pytest.fixture(autouse=True)
def free(monkeypatch):
    """A machine of eight cores, nothing chosen."""
    before = torch.get_num_threads()
    for name in module.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "usable_cores", lambda: CORES)
    torch.set_num_threads(CORES)
    yield
    torch.set_num_threads(before)


def test_small_products_have_one_thread_and_large_ones_all():
    with suited_threads(SMALL, 16):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == CORES
    with suited_threads(LARGE, 16):
        assert torch.get_num_threads() == CORES
    with suited_threads(SMALL, 2000):
        assert torch.get_num_threads() == CORES


@pytest.mark.parametrize("name", module.VARIABLES)
def test_what_the_environment_says_stays(monkeypatch, name):
    monkeypatch.setenv(name, str(CORES))
    with suited_threads(SMALL, 1):
        assert torch.get_num_threads() == CORES


def test_what_a_program_has_set_stays():
    torch.set_num_threads(3)
    with suited_threads(SMALL, 1):
        assert torch.get_num_threads() == 3
    torch.set_num_threads(CORES)
    with threads(CORES), suited_threads(SMALL, 1):
        assert torch.get_num_threads() == CORES


def test_torch_has_its_threads_again_after_an_error():
    with pytest.raises(ZeroDivisionError), suited_threads(SMALL, 1):
        raise ZeroDivisionError
    with suited_threads(SMALL, 1):
        assert torch.get_num_threads() == 1, "nothing is remembered of it"
    assert torch.get_num_threads() == CORES


def test_tables_of_embeddings_are_no_products():
    network = nn.Sequential(nn.Embedding(10**6, 8), nn.Linear(8, 4))
    assert largest_product(network, 10) == 10 * 32
