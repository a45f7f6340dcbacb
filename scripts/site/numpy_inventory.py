"""Write ``scripts/site/numpy.inv``: where NumPy's documentation describes what our docstrings and types mention.

mkdocstrings turns a name into a link if an inventory lists it. NumPy's own inventory lists everything and
would have to be downloaded; this one lists what is used, so the site builds without a network. Run it after
adding a name to ``PAGES``: ``python scripts/site/numpy_inventory.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

from sphobjinv import DataObjStr, Inventory, compress, writebytes

TARGET = Path(__file__).with_name("numpy.inv")
# Name, kind, and the page below https://numpy.org/doc/stable/
PAGES = [
    ("numpy.ndarray", "class", "reference/generated/numpy.ndarray.html"),
    ("numpy.dtype", "class", "reference/generated/numpy.dtype.html"),
    ("numpy.floating", "class", "reference/arrays.scalars.html"),
    ("numpy.integer", "class", "reference/arrays.scalars.html"),
    ("numpy.float32", "attribute", "reference/arrays.scalars.html"),
    ("numpy.float64", "attribute", "reference/arrays.scalars.html"),
    ("numpy.intp", "attribute", "reference/arrays.scalars.html"),
    ("numpy.bool_", "attribute", "reference/arrays.scalars.html"),
    ("numpy.random.Generator", "class", "reference/random/generator.html"),
    ("numpy.random.default_rng", "function", "reference/random/generator.html"),
    ("numpy.typing.ArrayLike", "data", "reference/typing.html"),
    ("numpy.typing.DTypeLike", "data", "reference/typing.html"),
    ("numpy.typing.NDArray", "data", "reference/typing.html"),
]


def main() -> None:
    """Write the inventory, whole or not at all."""
    inventory = Inventory()
    inventory.project, inventory.version = "NumPy", "stable"
    for name, role, page in PAGES:
        entry = {"name": name, "domain": "py", "role": role, "priority": "1", "dispname": "-"}
        inventory.objects.append(DataObjStr(**entry, uri=f"{page}#$"))  # $ stands for the name
    temporary = TARGET.with_name(f".numpy.inv.{os.getpid()}")
    writebytes(temporary, compress(inventory.data_file()))
    temporary.replace(TARGET)


if __name__ == "__main__":
    main()
