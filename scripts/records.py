"""Records: the measured results of long runs, committed as JSON in docs/records.

Reads and writes them, the same way for every experiment and for the benchmark. What is in a record is the
business of the script that has its name.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

RECORDS = Path(__file__).resolve().parent.parent / "docs" / "records"


def record_path(name: str) -> Path:
    """Return the file of the record `name`."""
    return RECORDS / f"{name}.json"


def read_record(name: str) -> dict[str, Any]:
    """Read the record `name`."""
    record: dict[str, Any] = json.loads(record_path(name).read_text(encoding="utf-8"))
    return record


def write_record(name: str, record: dict[str, Any]) -> None:
    """Write the record `name`: to a temporary file, then into place, so that no half of one is ever left."""
    path = record_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".json.part")
    temporary.write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)
