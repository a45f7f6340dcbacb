"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from scripts.files import write_atomically


def test_the_old_file_is_replaced_and_never_written_into(tmp_path: Path) -> None:
    """Another name of the old file still has the old text; text and bytes arrive as they are."""
    path = tmp_path / "new" / "file.txt"
    write_atomically(path, "old")
    (tmp_path / "link").hardlink_to(path)
    write_atomically(path, "σ\n")
    assert (tmp_path / "link").read_bytes() == b"old"
    assert path.read_bytes() == "σ\n".encode()
    write_atomically(path, b"\x00\r\n")
    assert path.read_bytes() == b"\x00\r\n"


@pytest.mark.parametrize("data", ["\ud800", None])
def test_what_cannot_be_written_changes_nothing(data: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    (tmp_path / "directory").mkdir()
    with pytest.raises((UnicodeEncodeError, TypeError)):
        write_atomically(path, data)
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "directory", "text")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["directory", "file"]
    assert path.read_text() == "old"
