"""The LSTM from scratch, in NumPy: the mathematics of the tutorial and nothing else.

The names below stand in reading order. Nothing here draws, reads files or knows of another framework.
"""

from lstm_tutorial.cell import LSTM, StepTrace
from lstm_tutorial.functions import sigmoid, sigmoid_derivative, tanh, tanh_derivative
from lstm_tutorial.sequence import Cache, Unrolled, backpropagate, unroll

__version__ = "0.1.0"

__all__ = [
    "LSTM",
    "Cache",
    "StepTrace",
    "Unrolled",
    "backpropagate",
    "sigmoid",
    "sigmoid_derivative",
    "tanh",
    "tanh_derivative",
    "unroll",
]
