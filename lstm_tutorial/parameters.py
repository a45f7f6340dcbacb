"""What every network of this package has: sizes, a dtype, and weights with names and fixed shapes.

`Parameters` is the base of `LSTM` and its relatives, which say what weights there are and what is computed
with them. There is no mathematics here but the draw of the first weights.
"""

from __future__ import annotations

from types import EllipsisType
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from lstm_tutorial.checks import FloatArray, as_array, as_float_dtype, as_size


class Weight:
    """A weight array of a network, under the name that the equations use.

    Reading gives the live array, not a copy. Assigning copies into it, so that everyone who holds the array
    sees the new values; what does not fit is refused.

    Parameters
    ----------
    store : str
        The attribute of the network that holds the numbers. Arrays of one shape may share a store.
    index : int, optional
        Which array of the store this is; without it, the whole store.
    """

    def __init__(self, store: str, index: int | EllipsisType = ...) -> None:
        self.store = store
        self.index = index

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the name that the network's class gave to this weight."""
        self.name = name

    @overload
    def __get__(self, network: None, owner: type) -> Weight: ...
    @overload
    def __get__(self, network: object, owner: type | None = None) -> FloatArray: ...
    def __get__(self, network: object, owner: type | None = None) -> Weight | FloatArray:
        """Return the live array, or on the class itself this description of it."""
        if network is None:
            return self
        array: FloatArray = getattr(network, self.store)[self.index]
        return array

    def __set__(self, network: object, value: ArrayLike) -> None:
        """Copy `value` into the array.

        Raises
        ------
        TypeError, ValueError
            If `value` is not an array of finite real numbers of the same shape.
        """
        array = self.__get__(network)
        array[...] = as_array(self.name, value, array.shape, array.dtype)


class Parameters:
    """A network's sizes, dtype and named weights.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        D, H and O: the number of input features, of hidden units and of outputs.
    dtype : dtype_like
        ``float64`` or ``float32``; everything is stored and computed in it.

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive integer, or the dtype is another one.
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int, dtype: DTypeLike) -> None:
        self.input_size = as_size("input_size", input_size)
        self.hidden_size = as_size("hidden_size", hidden_size)
        self.output_size = as_size("output_size", output_size)
        self.dtype: np.dtype[Any] = as_float_dtype(dtype)

    def __repr__(self) -> str:
        """Name the class, the sizes and the dtype."""
        sizes = f"{self.input_size}, {self.hidden_size}, {self.output_size}"
        return f"{type(self).__name__}({sizes}, dtype={self.dtype})"

    def parameters(self) -> dict[str, FloatArray]:
        """Return the weight arrays by name: the live arrays, not copies, in the order of the class."""
        return {
            name: getattr(self, name)
            for owner in reversed(type(self).__mro__)
            for name, attribute in vars(owner).items()
            if isinstance(attribute, Weight)
        }


def scaled_normal(rng: np.random.Generator, rows: int, columns: int) -> FloatArray:
    """Draw a (rows, columns) matrix from a standard normal over the square root of its fan-in, `columns`.

    A sum of `columns` products with inputs of unit variance then has unit variance itself.
    """
    W: FloatArray = rng.standard_normal((rows, columns)) / np.sqrt(columns)  # (rows, columns)
    return W
