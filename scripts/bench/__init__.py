"""The benchmark of the package beside its peers, and the ladder of versions of the chapter on speed.

A peer is another way to compute the same: PyTorch's layer, the notebook's class, a plain loop. The floor is
the time of the matrix products alone, which no version can avoid. A rung of the ladder is one version.
"""
