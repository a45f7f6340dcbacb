"""Dropout on the recurrent path of an LSTM, with one mask for all steps of a sequence.

A mask may stand in two places: at the previous hidden state on its way to the gates (Gal & Ghahramani 2016),
and at the candidate, before it is added to the cell state (Semeniuta, Severyn & Barth 2016). None stands at
the cell state itself. The masks come from the caller; `lstm_tutorial.layers.dropout_mask` draws one, and
dropout between layers is there too.
"""

import copy
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from lstm_tutorial.activations import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.checks import FloatArray, as_array
from lstm_tutorial.lstm import LSTM, StepTrace
from lstm_tutorial.network import weight_gradients
from lstm_tutorial.trace import Intervene, watch


class DropoutLSTM(LSTM):
    r"""An LSTM that can be given masks for its recurrent path.

    .. math:: a = W [x; m_h \odot h_{t-1}] + b, \qquad c = f \odot c_{t-1} + i \odot m_c \odot \tilde c

    As it is made, it has no masks and computes what `lstm_tutorial.lstm.LSTM` does, so it is evaluated as it
    is. For training, `with_masks` gives the same weights with masks. The parameters are those of `LSTM`.

    References
    ----------
    Gal & Ghahramani (2016) for the mask at the hidden state; Semeniuta, Severyn & Barth (2016) for the one at
    the candidate.
    """

    _h_mask: FloatArray | None = None
    _candidate_mask: FloatArray | None = None

    def with_masks(self, *, h: ArrayLike | None = None, candidate: ArrayLike | None = None) -> Self:
        """Return this network with masks: it shares the weights, and its gradients have the same names.

        Parameters
        ----------
        h : array_like, (H, B) or (H, 1), optional
            What the previous hidden state is multiplied by, at each step, before the gates and the candidate
            read it. None is no mask.
        candidate : array_like, (H, B) or (H, 1), optional
            What the candidate is multiplied by, at each step. None is no mask.

        Raises
        ------
        TypeError, ValueError
            If a mask is not a finite real matrix of H rows. One of another batch is refused when it is used.
        """
        network = copy.copy(self)
        network._h_mask, network._candidate_mask = [
            mask if mask is None else as_array(name, mask, (self.hidden_size, "B"), self.dtype).copy()
            for name, mask in (("h", h), ("candidate", candidate))
        ]
        return network

    def step(
        self, x: FloatArray, h_prev: FloatArray, c_prev: FloatArray, intervene: Intervene | None = None
    ) -> StepTrace:
        """Compute the equations of the LSTM with the masks."""
        read = masked(h_prev, self._h_mask)  # (H, B), what the gates see
        a_f, a_i, a_c, a_o = self.preactivations(x, read)  # (H, B) each
        f = sigmoid(a_f)  # (H, B), forget gate
        i = sigmoid(a_i)  # (H, B), input gate
        c_tilde = tanh(a_c)  # (H, B), candidate
        o = sigmoid(a_o)  # (H, B), output gate
        watch(intervene, f=f, i=i, c_tilde=c_tilde, o=o)
        c = f * c_prev + i * masked(c_tilde, self._candidate_mask)  # (H, B), the old memory is not masked
        watch(intervene, c=c)
        h = o * tanh(c)  # (H, B)
        watch(intervene, h=h)
        return StepTrace(x, h_prev, c_prev, f, i, c_tilde, o, c, h)

    def step_backward(self, step: StepTrace, dh: FloatArray, dc: FloatArray) -> dict[str, FloatArray]:
        """Carry the gradients of `h` and `c` back: as in the LSTM, and through each mask by multiplying."""
        x, h_prev, c_prev, f, i, c_tilde, o, c, _, _ = step
        tanh_c = tanh(c)  # (H, B)
        dc = dc + dh * o * tanh_derivative(tanh_c)  # (H, B)
        da_f = dc * c_prev * sigmoid_derivative(f)  # (H, B)
        da_i = dc * masked(c_tilde, self._candidate_mask) * sigmoid_derivative(i)  # (H, B)
        da_c = masked(dc * i, self._candidate_mask) * tanh_derivative(c_tilde)  # (H, B)
        da_o = dh * tanh_c * sigmoid_derivative(o)  # (H, B)
        dx_read = self.Wf.T @ da_f + self.Wi.T @ da_i + self.Wc.T @ da_c + self.Wo.T @ da_o  # (D+H, B)
        dx, dread = np.split(dx_read, [self.input_size])  # (D, B), (H, B)
        x_read = np.concatenate((x, masked(h_prev, self._h_mask)))  # (D+H, B)
        gradients = weight_gradients(x_read, Wf=da_f, Wi=da_i, Wc=da_c, Wo=da_o)
        return gradients | {"x": dx, "h_prev": masked(dread, self._h_mask), "c_prev": dc * f, "c": dc}


def masked(values: FloatArray, mask: FloatArray | None) -> FloatArray:
    """Return values times a mask, (H, B); as they are without one.

    Raises
    ------
    ValueError
        If the mask is of another batch.
    """
    if mask is None:
        return values
    H, B = values.shape
    if mask.shape[1] not in (1, B):
        raise ValueError(f"a mask must have shape ({H}, {B}) or ({H}, 1), got {mask.shape}")
    return values * mask
