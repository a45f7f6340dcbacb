"""The scripts that make the site's figures, records and pages. They are not part of the package.

- ``experiments`` measures for long and writes ``docs/records``; ``bench`` measures times, against its peers.
- ``frameworks`` asks PyTorch, Keras and ONNX for numbers that pages quote.
- ``scale_out`` trains on several workers.
- ``forward_pass.py`` is the example of the site, one step of one LSTM.
- ``data`` makes the text that the package ships from its source.
- ``figures`` draws, one script for one figure; ``plotting`` is what figures share.
- ``site`` turns source into pages: it builds the figures, runs blocks of code and sets formulas.
- ``files.py`` writes files.

A folder imports only what comes after it in this order: ``site``, then ``figures``, then ``plotting``; then
``bench``, ``frameworks`` and ``scale_out``, none of which imports another; then ``experiments``; then
``forward_pass`` and ``data``; then ``files``. No figure imports another, and what measures draws nothing.
``make check`` tests these rules.
"""
