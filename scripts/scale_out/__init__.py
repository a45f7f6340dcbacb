"""The same LSTM trained by several processes, which may be on several machines, with PyTorch."""
