"""The LSTM from scratch, in NumPy: the mathematics of the tutorial and nothing else.

The names below stand in reading order. Nothing here draws, reads files or knows of another framework.
"""

from lstm_tutorial.activations import (
    sigmoid,
    sigmoid_derivative,
    softmax,
    softmax_gradient,
    tanh,
    tanh_derivative,
)
from lstm_tutorial.gradcheck import GradientReport, check_gradients, numerical_gradient
from lstm_tutorial.losses import softmax_cross_entropy, squared_error
from lstm_tutorial.lstm import LSTM, StepTrace
from lstm_tutorial.optim import SGD, Adam, clip_by_global_norm, clip_by_value, global_norm
from lstm_tutorial.rnn import RNN
from lstm_tutorial.sequence import Cache, Unrolled, backpropagate, unroll
from lstm_tutorial.train import Chunk, StepMetrics, read_metrics, train, truncated_bptt

__version__ = "0.1.0"

__all__ = [
    "LSTM",
    "RNN",
    "SGD",
    "Adam",
    "Cache",
    "Chunk",
    "GradientReport",
    "StepMetrics",
    "StepTrace",
    "Unrolled",
    "backpropagate",
    "check_gradients",
    "clip_by_global_norm",
    "clip_by_value",
    "global_norm",
    "numerical_gradient",
    "read_metrics",
    "sigmoid",
    "sigmoid_derivative",
    "softmax",
    "softmax_cross_entropy",
    "softmax_gradient",
    "squared_error",
    "tanh",
    "tanh_derivative",
    "train",
    "truncated_bptt",
    "unroll",
]
