"""Check an installed wheel: it can be imported, takes a step, and carries its types. Compares no numbers."""

from importlib.metadata import version
from importlib.resources import files

import numpy as np

import lstm_tutorial
from lstm_tutorial.text import comedies

lstm = lstm_tutorial.LSTM(input_size=10, hidden_size=20, output_size=5, rng=0)
y, h, c = lstm.forward(np.ones((10, 1)), *lstm.initial_state())
assert (y.shape, h.shape, c.shape) == ((5, 1), (20, 1), (20, 1))
assert files(lstm_tutorial).joinpath("py.typed").is_file()
assert len(comedies().alphabet) == 65
print("lstm-tutorial", version("lstm-tutorial"), "on NumPy", np.__version__)
