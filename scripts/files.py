"""Where scripts write files, and the one way in which they do: whole or not at all."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / "docs" / "_generated"


def write_atomically(path: Path, data: str | bytes) -> None:
    """Write text (as UTF-8) or bytes to a temporary file in the same directory, then move it into place.

    Missing directories are made. A reader of `path` sees the old file or the new one, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data.encode() if isinstance(data, str) else data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
