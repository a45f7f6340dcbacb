"""The LSTM from scratch, in NumPy: the mathematics of the tutorial and nothing else.

Nothing here draws, and nothing needs more than NumPy. The modules are meant to be read in this order:
`activations`, `lstm`, `network`, `trace`, `rnn`, `gru`, `variants`, `normalized`, `fast`, `layers`,
`dropout`, `gradcheck`, `losses`, `optim`, `train`, `tasks`, `series`, `interop`, `text`. The exercises of the
tutorial, and what judges an answer, are apart from them, in ``lstm_tutorial.exercises``.
"""

from lstm_tutorial.activations import (
    sigmoid,
    sigmoid_derivative,
    softmax,
    softmax_gradient,
    tanh,
    tanh_derivative,
)
from lstm_tutorial.dropout import DropoutLSTM
from lstm_tutorial.gradcheck import GradientReport, check_gradients, numerical_gradient
from lstm_tutorial.gru import GRU, GRUTrace
from lstm_tutorial.layers import (
    LayersCache,
    UnrolledLayers,
    backpropagate_layers,
    drop_connections,
    dropout_mask,
    layer_parameters,
    unroll_layers,
)
from lstm_tutorial.losses import softmax_cross_entropy, squared_error
from lstm_tutorial.lstm import LSTM, StepTrace
from lstm_tutorial.network import Cache, Unrolled, backpropagate, unroll
from lstm_tutorial.normalized import LayerNormLSTM
from lstm_tutorial.optim import (
    SGD,
    Adam,
    clip_by_global_norm,
    clip_by_value,
    cosine_schedule,
    global_norm,
)
from lstm_tutorial.rnn import RNN, RNNTrace
from lstm_tutorial.trace import backpropagate_trace, trace_sequence
from lstm_tutorial.train import Chunk, StepMetrics, read_metrics, train, truncated_bptt
from lstm_tutorial.variants import Variant

__version__ = "0.1.0"

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Adam",
    "Cache",
    "Chunk",
    "DropoutLSTM",
    "GRUTrace",
    "GradientReport",
    "LayerNormLSTM",
    "LayersCache",
    "RNNTrace",
    "StepMetrics",
    "StepTrace",
    "Unrolled",
    "UnrolledLayers",
    "Variant",
    "backpropagate",
    "backpropagate_layers",
    "backpropagate_trace",
    "check_gradients",
    "clip_by_global_norm",
    "clip_by_value",
    "cosine_schedule",
    "drop_connections",
    "dropout_mask",
    "global_norm",
    "layer_parameters",
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
    "trace_sequence",
    "train",
    "truncated_bptt",
    "unroll",
    "unroll_layers",
]
