"""Records: the measured results of long runs, committed as JSON in docs/records.

Reads and writes them, the same way for every script that measures, each with a checksum of its contents. What
is in a record is decided by the script that calls `write_record` with its name.
"""

from __future__ import annotations

import hashlib
import json
import re
from math import isfinite
from pathlib import Path
from typing import Any

from scripts.files import write_atomically

RECORDS = Path(__file__).resolve().parents[2] / "docs" / "records"


def record_path(name: str) -> Path:
    """Return the file of the record `name`."""
    return RECORDS / f"{name}.json"


def read_record(name: str) -> dict[str, Any]:
    """Read the record `name`."""
    record: dict[str, Any] = json.loads(record_path(name).read_text(encoding="utf-8"))
    return record


def write_record(name: str, record: dict[str, Any]) -> None:
    """Write the record `name`, each list of numbers on one line, so that a record reads well in a diff."""
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"\[[-+.,\dEe\s]+\]", lambda m: " ".join(m[0].split()), text)
    write_atomically(record_path(name), text + "\n")


def record_digest(record: dict[str, Any]) -> str:
    """Return the checksum of a record's contents, without the checksum itself."""
    contents = {key: value for key, value in record.items() if key != "digest"}
    return hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:16]


def with_checksum(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record with the checksum of its contents."""
    return record | {"digest": record_digest(record)}


def rounded(value: Any, digits: int = 5) -> Any:
    """Round every number of a structure to this many significant digits; NaN and infinity become None."""
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry, digits) for entry in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if isfinite(value) else None
    return value
