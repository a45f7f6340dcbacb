"""Named arrays in a file, in the format of safetensors: a header that says what is where, then the numbers.

The file begins with the length of the header, in 8 bytes. The header is JSON: for each name the dtype, the
shape, and where its bytes begin and end after the header; under ``__metadata__`` may be texts by name. There
is nothing else in the file, and no code. What the arrays mean is for `lstm_tutorial.interop` to say.
"""

import json
import os
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_tutorial.checks import refuse_masked
from lstm_tutorial.files import written_whole

DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8"}
"""The names of dtypes in the header, and in NumPy: the least significant byte comes first."""


def write_tensors(
    path: str | os.PathLike[str], arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]
) -> None:
    """Write arrays to a file, whole or not at all.

    Raises
    ------
    TypeError, ValueError
        If an array has another dtype than those of `DTYPES`, or the name that is kept for the metadata.
    OSError
        If the file cannot be written.
    """
    if "__metadata__" in arrays:
        raise ValueError("arrays must not use the name '__metadata__'")
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    parts, begin = [], 0
    for name, array in arrays.items():
        refuse_masked(f"arrays[{name!r}]", array)
        kind = next((kind for kind, dtype in DTYPES.items() if array.dtype == dtype), None)
        if kind is None:
            known = ", ".join(DTYPES.values())
            raise TypeError(f"arrays[{name!r}] must have one of the dtypes {known}, got {array.dtype.str}")
        parts.append(np.ascontiguousarray(array, DTYPES[kind]).tobytes())
        end = begin + len(parts[-1])
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of 8
    with written_whole(Path(path)) as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(parts))


def read_tensors(path: str | os.PathLike[str]) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Read the arrays and the metadata of a file.

    Raises
    ------
    ValueError
        If the file is not of this format: cut short, longer than it says, an unknown dtype.
    OSError
        If it cannot be read.
    """
    data = Path(path).read_bytes()
    try:
        begin = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:begin])
        metadata = dict(header.pop("__metadata__", {}))
        arrays, read = {}, 0
        for name, about in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
            dtype, shape, (first, last) = (
                np.dtype(DTYPES[about["dtype"]]),
                about["shape"],
                about["data_offsets"],
            )
            if first != read or last - first != prod(shape) * dtype.itemsize:
                raise ValueError(f"{name} does not stand where it should")
            numbers = np.frombuffer(data, dtype, prod(shape), begin + first)
            arrays[name], read = numbers.reshape(shape).astype(dtype.newbyteorder("=")), last
        if begin + read != len(data):
            raise ValueError(f"it has {len(data)} bytes and should have {begin + read}")
    except Exception as error:  # what is no header, or says what is not so, raises many kinds
        raise ValueError(f"{path} is no file of safetensors, or damaged: {error}") from error
    return arrays, metadata
