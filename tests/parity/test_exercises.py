"""The LSTM that the twelve exercises build agrees with PyTorch: forward, backward, and five updates."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is in the group `parity`, which is large and not installed here")

import torch

from lstm_tutorial.exercises import build

PYTORCH_ORDER = ("Wi", "Wf", "Wc", "Wo")
T, D, H, O, B = 7, 3, 4, 5, 6


class Theirs:
    """PyTorch's layer and read-out, with our weights."""

    def __init__(self, weights):
        self.lstm = torch.nn.LSTM(D, H, dtype=torch.float64)
        self.read_out = torch.nn.Linear(H, O, dtype=torch.float64)
        W = torch.tensor(np.concatenate([weights[name] for name in PYTORCH_ORDER]))
        b = torch.tensor(np.concatenate([weights[f"{name}_bias"] for name in PYTORCH_ORDER])[:, 0])
        with torch.no_grad():
            self.lstm.weight_ih_l0.copy_(W[:, :D])
            self.lstm.weight_hh_l0.copy_(W[:, D:])
            self.lstm.bias_ih_l0.copy_(b)
            self.lstm.bias_hh_l0.zero_()
            self.read_out.weight.copy_(torch.tensor(weights["Wy"]))
            self.read_out.bias.copy_(torch.tensor(weights["Wy_bias"][:, 0]))
        self.lstm.bias_hh_l0.requires_grad_(False)  # one bias, as ours

    def loss(self, xs, targets):
        """Return the mean cross-entropy, and keep the outputs."""
        hs, _ = self.lstm(torch.tensor(xs).transpose(1, 2))  # (T, B, H)
        self.ys = self.read_out(hs)
        return torch.nn.functional.cross_entropy(
            self.ys.flatten(0, 1), torch.tensor(targets.argmax(1)).flatten()
        )

    def parameters(self):
        """Return what is trained: one bias for the cell, as we have it."""
        lstm, read_out = self.lstm, self.read_out
        return [lstm.weight_ih_l0, lstm.weight_hh_l0, lstm.bias_ih_l0, read_out.weight, read_out.bias]

    def by_name(self, of):
        """Return the weights, or what `of` gives for each, under our names and in our shapes."""
        W_ih, W_hh, b, Wy, by = (of(p).detach().numpy() for p in self.parameters())
        found = {"Wy": Wy, "Wy_bias": by[:, None]}
        for k, name in enumerate(PYTORCH_ORDER):
            rows = slice(k * H, (k + 1) * H)
            found[name] = np.concatenate((W_ih[rows], W_hh[rows]), axis=1)
            found[f"{name}_bias"] = b[rows][:, None]
        return found


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    weights = build.new_weights(D, H, O)
    weights["Wy"] *= 5.0  # so that the gradients are clipped
    targets = np.eye(O)[rng.integers(O, size=(T, B))].transpose(0, 2, 1)  # (T, O, B)
    return weights, rng.standard_normal((T, D, B)), targets


def assert_equal(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-11, atol=1e-13, err_msg=name)


def test_outputs_loss_and_gradients_are_those_of_pytorch(problem):
    weights, xs, targets = problem
    theirs = Theirs(weights)
    their_loss = theirs.loss(xs, targets)
    their_loss.backward()
    ys, steps = build.forward(xs, weights)
    loss, dys = build.cross_entropy(ys, targets)
    np.testing.assert_allclose(ys, theirs.ys.detach().transpose(1, 2), rtol=1e-12, atol=1e-13)
    assert abs(loss - their_loss.item()) < 1e-12
    gradients = build.backward(steps, dys, weights)
    assert_equal(gradients, theirs.by_name(lambda p: p.grad))
    assert_equal(
        {name: np.round(g, 6) for name, g in gradients.items()},
        {
            name: np.round(g, 6)
            for name, g in build.numerical_gradient(
                lambda w: build.cross_entropy(build.forward(xs, w)[0], targets)[0], weights, 1e-5
            ).items()
        },
    )


def test_five_clipped_updates_of_adam_are_those_of_pytorch(problem):
    weights, xs, targets = problem
    theirs = Theirs(weights)
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.1)
    their_losses, norms = [], []
    for _ in range(5):
        optimizer.zero_grad()
        loss = theirs.loss(xs, targets)
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(theirs.parameters(), 1.0).item())
        optimizer.step()
        their_losses.append(loss.item())
    losses = build.train(weights, xs, targets, 5, 0.1)
    assert norms[0] > 1, "the first gradient is clipped"
    assert all(before > after for before, after in pairwise(losses))
    np.testing.assert_allclose(losses, their_losses, rtol=1e-6)  # PyTorch adds 1e-6 to the norm
    for name, W in theirs.by_name(lambda p: p).items():
        np.testing.assert_allclose(weights[name], W, rtol=1e-5, atol=1e-5, err_msg=name)
