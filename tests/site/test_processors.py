"""The pages say the same on another processor: the same numbers in sentences, in output and in figures.

OpenBLAS brings a kernel for every kind of processor, and each sums in an order of its own. So products differ
in their last bits, and a long training can carry these bits into what a page prints. The variable
OPENBLAS_CORETYPE chooses the kernel.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.builds import build_site
from tests.site.html import pages, parse

KERNEL = {"OPENBLAS_CORETYPE": "Prescott"}  # runs on every x86-64; no machine of today chooses it by itself
PRODUCT = """
import numpy as np
a, b = np.random.default_rng(0).standard_normal((2, 64, 64))
print((a @ b).tobytes().hex())
"""


def product(**variables: str) -> str:
    """Return the bits of a matrix product that a new process computes."""
    command = [sys.executable, "-c", PRODUCT]
    return subprocess.run(
        command, env=os.environ | variables, capture_output=True, text=True, check=True
    ).stdout


def test_the_text_of_every_page_is_the_same_with_another_kernel(site: Path, tmp_path: Path) -> None:
    if product() == product(**KERNEL):
        pytest.skip("the BLAS of this NumPy has no other kernel: OPENBLAS_CORETYPE changes no product")
    other = build_site(tmp_path, **KERNEL)
    assert pages(site) == pages(other)
    for page in pages(site):
        assert parse(site / page).words == parse(other / page).words, page
