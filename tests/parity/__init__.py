"""The package against PyTorch itself, live. Skipped where PyTorch is not installed.

`uv run --group parity pytest tests/parity` installs it. The other tests compare with numbers that PyTorch
computed before; see `tests/parity/golden.py`.
"""
