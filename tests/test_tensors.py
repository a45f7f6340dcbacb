"""Files of named arrays, beside the library that defined the format."""

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from lstm_tutorial.tensors import DTYPES, read_tensors, write_tensors
from tests.asserts import assert_same

ARRAYS = {
    dtype: np.arange(6).reshape(2, 3).astype(dtype) + np.asarray(0.5).astype(dtype)
    for dtype in DTYPES.values()
} | {"one number": np.array(3.0), "none": np.zeros((0, 4)), "a view": np.arange(12.0).reshape(3, 4).T}


def test_the_library_reads_what_we_write(tmp_path):
    path = tmp_path / "file"
    write_tensors(path, ARRAYS, {"a": "text", "ü": "ö"})
    assert_same(load_file(path), ARRAYS)
    with safe_open(path, "numpy") as file:
        assert file.metadata() == {"a": "text", "ü": "ö"}


def test_we_read_what_the_library_writes(tmp_path):
    path = tmp_path / "file"
    save_file({name: np.ascontiguousarray(array) for name, array in ARRAYS.items()}, path, {"a": "text"})
    arrays, metadata = read_tensors(path)
    assert_same({name: arrays[name] for name in ARRAYS}, ARRAYS)
    assert metadata == {"a": "text"}
    assert all(array.flags.writeable for array in arrays.values())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda data: data[:-1], "buffer is smaller"),
        (lambda data: data + b"x", "it has .* bytes and should have"),
        (lambda data: data.replace(b"[0,24]", b"[4,28]"), "W does not stand where it should"),
        (lambda data: data.replace(b"[2,3]", b"[2,4]"), "W does not stand where it should"),
        (lambda data: data.replace(b"F32", b"F31"), "'F31'"),
        (lambda data: b"", "Expecting value"),
    ],
)
def test_a_damaged_file_is_refused(wrong, message, tmp_path):
    """Cut, lengthened, with an array elsewhere or larger, of an unknown dtype, empty."""
    path = tmp_path / "file"
    write_tensors(path, {"W": np.ones((2, 3), np.float32)}, {})
    path.write_bytes(wrong(path.read_bytes()))
    with pytest.raises(ValueError, match=f"file is no file of safetensors, or damaged: {message}"):
        read_tensors(path)


def test_what_cannot_be_stored_is_refused_by_name(tmp_path):
    path = tmp_path / "file"
    with pytest.raises(TypeError, match=r"^arrays\['W'\] must have one of the dtypes .*, got <c16"):
        write_tensors(path, {"W": np.ones(2, complex)}, {})
    with pytest.raises(TypeError, match=r"^arrays\['W'\] must not be a masked array"):
        write_tensors(path, {"W": np.ma.array(np.ones(2), mask=[False, True])}, {})
    with pytest.raises(ValueError, match=r"^arrays must not use the name '__metadata__'"):
        write_tensors(path, {"__metadata__": np.ones(2)}, {})
    assert list(tmp_path.iterdir()) == []
    write_tensors(path, {}, {})
    header = b'{"__metadata__":5}'
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ValueError, match="no file of safetensors, or damaged"):
        read_tensors(path)
