"""Files that are written whole or not at all: checkpoints of a training, and networks.

What is in a file is for `lstm_tutorial.train` and `lstm_tutorial.tensors` to say. Nothing is read here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def unfinished(path: Path) -> Path:
    """Return the name under which a file is written before it is complete."""
    return path.with_name(f"{path.name}.unfinished")


# --8<-- [start:whole]
@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file under another name, and move it into place when it is complete and on the disk.

    A reader of `path` finds the old file or the new one, never half of one. If the block raises, the old
    file stays and the unfinished one is removed.

    Parameters
    ----------
    path : pathlib.Path
        The file. One that exists is replaced.

    Yields
    ------
    file
        An empty file, open for bytes.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    other = unfinished(path)
    try:
        with other.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(other, path)
    finally:
        other.unlink(missing_ok=True)
        # --8<-- [end:whole]
