"""The weights of a network, named arrays of fixed shapes, and how they are drawn. No equations are here."""

from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lstm_tutorial.checks import FloatArray, as_array


class Weight:
    """A weight array of a network, under the name that the equations use.

    Reading gives the live array, not a copy. Assigning copies into it, so that everyone who holds the array
    sees the new values; what does not fit is refused.

    `store` names the attribute of the network that holds the numbers, None if this network does not have the
    weight. Arrays of one shape share a store; `index` says which of them this is.
    """

    def __init__(self, store: str, index: int | EllipsisType = ...) -> None:
        self.store = store
        self.index = index

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember the name that the network's class gave to this weight."""
        self.name = name

    def __get__(self, network: object, owner: type | None = None) -> Any:
        """Return the live array, or on the class itself this description of it."""
        if network is None:
            return self
        store = getattr(network, self.store)
        return None if store is None else store[self.index]

    def __set__(self, network: object, value: ArrayLike) -> None:
        """Copy `value` into the array.

        Raises
        ------
        TypeError, ValueError
            If `value` is not an array of finite real numbers of the same shape.
        """
        array = self.__get__(network)
        if array is None:
            raise ValueError(f"{self.name} cannot be set: this {type(network).__name__} does not have it")
        array[...] = as_array(self.name, value, array.shape, array.dtype)


def scaled_normal(rng: np.random.Generator, *shape: int) -> FloatArray:
    """Draw matrices from a standard normal divided by the square root of their fan-in, the last of `shape`.

    A sum of that many products with inputs of unit variance then has unit variance itself.
    """
    W: FloatArray = rng.standard_normal(shape) / np.sqrt(shape[-1])  # shape
    return W
