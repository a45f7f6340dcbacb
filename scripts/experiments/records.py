"""Records: the measured results of long runs, committed as JSON in docs/records.

Reads and writes them, the same way for every experiment and for the benchmark, and seals them with a digest
of their contents. What is in a record is the business of the script that has its name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from math import isfinite
from pathlib import Path
from typing import Any

RECORDS = Path(__file__).resolve().parents[2] / "docs" / "records"


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
    temporary.write_text(_as_text(record), encoding="utf-8")
    os.replace(temporary, path)


def record_digest(record: dict[str, Any]) -> str:
    """Return the digest of a record's contents, its own digest aside."""
    contents = {key: value for key, value in record.items() if key != "digest"}
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:16]


def sealed(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record with the digest of its contents."""
    return record | {"digest": record_digest(record)}


def rounded(value: Any, digits: int = 5) -> Any:
    """Round every number of a structure to so many significant digits; not a number becomes null."""
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry, digits) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if isfinite(value) else None
    return value


def _as_text(record: dict[str, Any]) -> str:
    """Write JSON with each list of numbers on one line, so that a record reads well in a diff."""
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
    return re.sub(r"\[[-+.,\dEe\s]+\]", lambda m: " ".join(m[0].split()), text) + "\n"
