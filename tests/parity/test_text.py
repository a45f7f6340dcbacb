"""PyTorch learns the comedies as we do: the same losses from the same weights, chunks and masks."""

from itertools import islice

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

import torch

from lstm_tutorial.text import bits_per_letter, comedies
from scripts.experiments import text as ours
from scripts.experiments.records import read_record, record_digest
from scripts.frameworks import text

RECORD = read_record("pytorch_text")


def test_the_record_was_not_edited():
    assert RECORD["digest"] == record_digest(RECORD)
    assert (RECORD["arm"], RECORD["seed"]) == (text.ARM, text.SEED)


@pytest.mark.parametrize("arm", ["LSTM", "small LSTM"])
def test_the_first_losses_are_ours(arm):
    """Twelve updates with warm-up, clipping, dropout and drop-connect, to the rounding of float32."""
    settings = ours.ARMS[arm]
    rng = np.random.default_rng(text.SEED)
    model = text.Model(settings, len(comedies().alphabet), rng)
    losses = list(islice(text.train(settings, model, rng), 12))
    expected = [step.loss for step in islice(ours.run(settings, text.SEED), 12)]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    assert losses[-1] < losses[0] - 0.05
    if arm == text.ARM:
        np.testing.assert_allclose(losses[:10], RECORD["first_losses"], rtol=1e-5)


def test_bits_per_letter_are_ours():
    rng = np.random.default_rng(1)
    network = ours.new_network(ours.ARMS["small LSTM"], len(comedies().alphabet), rng)
    model = text.Model(ours.ARMS["small LSTM"], len(comedies().alphabet), np.random.default_rng(1))
    some = comedies().test[:2400]
    found = model.bits_per_letter(some, 2)
    assert found == pytest.approx(bits_per_letter(network, some, 2), rel=1e-5)
    assert torch.is_grad_enabled()
