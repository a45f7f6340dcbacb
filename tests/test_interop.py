"""Files of weights, and the form that all frameworks share, without any framework.

The frameworks themselves are in `tests/parity`.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm_tutorial import GRU, LSTM, interop, layer_parameters, unroll
from tests.asserts import assert_raises, assert_same, copies
from tests.golden import read
from tests.problems import NETWORKS, D, H, O, mixed_stack, problem, relative_error, stack

STACKS: dict[str, Any] = {
    "stack": lambda dtype: stack("LSTM", 2, 1, dtype=dtype),
    "pairs": lambda dtype: stack("GRU, reset before", 2, 2, dtype=dtype),
    "mixed": lambda dtype: mixed_stack(dtype),
}
BACKEND = ", and set KERAS_BACKEND=torch"
FRAMEWORKS = {"torch", "keras", "onnx", "onnxruntime", "safetensors", "tensorflow", "jax"}


def parameters(network: Any) -> dict[str, Any]:
    """Return all weights of a network or of layers by name."""
    return layer_parameters(network) if isinstance(network, list) else network.parameters()


def test_importing_the_package_imports_no_framework():
    code = "import sys, lstm_tutorial.interop; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert FRAMEWORKS & set(found.split()) == set()


@pytest.mark.parametrize(
    ("module", "install", "call"),
    [
        ("torch", '"lstm-tutorial[pytorch]"', lambda: interop.from_pytorch(None)),
        ("torch", '"lstm-tutorial[pytorch]"', lambda: interop.to_pytorch(LSTM(D, H, O))),
        ("keras", f'"lstm-tutorial[keras]"{BACKEND}', lambda: interop.from_keras(None)),
        ("keras", f'"lstm-tutorial[keras]"{BACKEND}', lambda: interop.to_keras(LSTM(D, H, O))),
        ("onnx", '"lstm-tutorial[onnx]"', lambda: interop.from_onnx(None)),
        ("onnx", '"lstm-tutorial[onnx]"', lambda: interop.to_onnx(LSTM(D, H, O))),
    ],
)
def test_a_missing_framework_is_named(monkeypatch, module, install, call):
    """With the extra of this package that installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    package = module.partition(".")[0]
    assert_raises(ImportError, f"{package} cannot be imported: pip install {install}", call)


def test_every_extra_that_an_error_names_installs_what_is_missing():
    """As pyproject and the page of the module have them; and there is no extra that no error names."""
    root = Path(interop.__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    page = (root / "docs/reference/api/interop.md").read_text(encoding="utf-8")
    assert set(extras) == set(interop.EXTRAS.values())
    for package, extra in interop.EXTRAS.items():
        assert package in [re.split("[<>=]", requirement)[0] for requirement in extras[extra]]
        assert f'pip install "{project["name"]}[{extra}]"' in page


@pytest.mark.parametrize("framework", interop.ORDERS)
@pytest.mark.parametrize("kind", ["LSTM", "RNN", "GRU, reset after", "GRU, reset before"])
def test_joined_weights_split_into_the_same_bits(framework, kind):
    network, _ = problem(0, 1, network=kind)
    if kind == "RNN" and framework == "Keras":
        message = f"network must be LSTM or GRU for Keras, got {network}"
        assert_raises(TypeError, message, lambda: interop.join(network, framework))
        return
    reset = network.reset if isinstance(network, GRU) else "after"
    joined = interop.join(network, framework)
    back = interop.split(type(network).__name__, framework, joined, output_size=O, reset=reset)
    back.Wy, back.Wy_bias = network.Wy, network.Wy_bias
    assert_same(back.parameters(), network.parameters())


@pytest.mark.parametrize("case", read("interop"))
def test_weights_as_a_framework_keeps_them(case):
    """Each framework ran with these weights in its own order: our network gives its hidden states."""
    golden = read("interop")[case]
    framework, kind, *before = case.split()
    reset = "before" if before else "after"
    joined = interop.Joined(*[golden[name] for name in interop.Joined._fields])
    hs = unroll(interop.split(kind, framework, joined, reset=reset), golden["xs"]).hs
    assert hs.dtype == golden["hs"].dtype
    assert relative_error(hs, golden["hs"]) < (1e-12 if hs.dtype == np.float64 else 1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [*NETWORKS, *STACKS])
def test_a_file_gives_the_same_bits(name, dtype, tmp_path):
    """For every kind of network, and layers; the same network gives the same file."""
    network = STACKS[name](dtype) if name in STACKS else problem(0, 1, dtype=dtype, network=name)[0]
    path, again = tmp_path / "network.safetensors", tmp_path / "again.safetensors"
    interop.save(network, path)
    back = interop.load(path)
    assert_same(parameters(back), parameters(network))
    assert repr(back) == repr(network)
    interop.save(back, again)
    assert again.read_bytes() == path.read_bytes()
    assert sorted(tmp_path.iterdir()) == [again, path]


def test_a_file_in_half_precision(tmp_path):
    """It is rounded once, and a network in float32 comes back; what does not fit is refused."""
    network, path = LSTM(D, H, O, rng=0, dtype=np.float32), tmp_path / "network.safetensors"
    interop.save(network, path, dtype="float16")
    back = interop.load(path)
    assert repr(back) == repr(network)
    rounded = {n: a.astype(np.float16).astype(np.float32) for n, a in network.parameters().items()}
    assert_same(back.parameters(), rounded)
    network.Wi[1, 2] = 1e6
    message = "Wi must be finite in float16"
    with pytest.raises(ValueError, match=message):
        interop.save(network, path, dtype="float16")


@pytest.mark.parametrize("call", ["os.fsync", "os.replace"])
def test_a_file_replaces_another_whole_or_not_at_all(call, tmp_path, monkeypatch):
    """Where writing fails, the old file stays and nothing is left of the new one."""
    path = tmp_path / "network.safetensors"
    interop.save(LSTM(D, H, O, rng=0), path)
    before = path.read_bytes()

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(call, fail)
        assert_raises(OSError, "disk full", lambda: interop.save(LSTM(D, H, O, rng=1), path))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    interop.save(LSTM(D, H, O, rng=1), path)
    assert path.read_bytes() != before


def test_what_could_not_be_read_is_not_written(tmp_path):
    broken = LSTM(D, H, O, rng=1)
    broken.Wf[0, 0] = np.nan
    message = "Wf must be finite in float64, got nan at [0, 0]"
    assert_raises(ValueError, message, lambda: interop.save(broken, tmp_path / "network"))
    assert list(tmp_path.iterdir()) == []


def damaged(data: bytes, seed: int) -> bytes:
    """Damage a file in one of six ways, half of the time in its header."""
    rng = np.random.default_rng(seed)
    header = 8 + int.from_bytes(data[:8], "little")
    at = int(rng.integers(0, header if rng.random() < 0.5 else len(data)))
    some = bytes(rng.integers(0, 256, int(rng.integers(1, 9)), dtype=np.uint8))
    ways = [
        data[:at],  # cut short
        data[:at] + bytes([data[at] ^ 1 << int(rng.integers(8))]) + data[at + 1 :],  # one bit
        data[:at] + some + data[at + len(some) :],  # other bytes
        data[:at] + some + data[at:],  # more bytes
        data[:at] + data[at + len(some) :],  # fewer bytes
        data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :],  # two bytes change places
    ]
    return ways[seed % len(ways)]


def test_damaged_files_are_refused(tmp_path):
    """300 of them, each by name; the network that was saved stays as it is.

    Whatever the file says of the weights is under the checksum. Only blanks of the header are not.
    """
    network, path = stack("GRU, reset after", 2, 1), tmp_path / "network.safetensors"
    before = copies(layer_parameters(network))
    interop.save(network, path)
    data = path.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    files = [file for file in (damaged(data, seed) for seed in range(330)) if file != data]
    files += [data.replace(b"}  ", b"} \n"), data[: header - 1] + b"\t" + data[header:]]
    refused = 0
    for file in files:
        path.write_bytes(file)
        if file[header:] == data[header:] and file[:header].split() == data[:header].split():
            assert_same(layer_parameters(interop.load(path)), before)
            continue
        with pytest.raises(ValueError, match=f"^{re.escape(str(path))} "):
            interop.load(path)
        refused += 1
    assert refused >= 300
    assert_same(layer_parameters(network), before)


GOOD = LSTM(2, 3, 1, rng=0)
SIZES = {"kind": "LSTM", "input_size": 2, "hidden_size": 3, "output_size": 1}
LARGE = SIZES | {"hidden_size": 10**9}
WEIGHTS = GOOD.parameters()
UNFIT = {f"{k}.{name}": array for k in (0, 1) for name, array in LSTM(2, 3, None).parameters().items()}
LIES: dict[str, tuple[str, dict[str, Any]]] = {
    "another version": ("its version is 2, and this package reads 1", {"version": 2}),
    "another checksum": ("its checksum does not fit", {"sha256": "0"}),
    "no checksum": ("its checksum does not fit", {"sha256": None}),
    "other sizes": ("Wf must have shape (2, 5), got (3, 5)",
        {"networks": {"": SIZES | {"hidden_size": 2, "input_size": 3}}}),
    "large sizes": (f"the network '' of 2, {10**9} and 1 is larger than its 76 weights",
        {"networks": {"": LARGE}}),
    "no size": ("hidden_size must be a positive integer, got 0",
        {"networks": {"": SIZES | {"hidden_size": 0}}}),
    "an unknown kind": ("the network '' is of the unknown kind 'Transformer'",
        {"networks": {"": SIZES | {"kind": "Transformer"}}}),
    "no network": ("layers must be a list of networks and pairs (forward, backward), the lowest first",
        {"networks": {}}),
    "other names": (f"it holds {sorted(WEIGHTS)} for ['1']", {"networks": {"1": SIZES}}),
    "a weight too few": (f"it holds {sorted(WEIGHTS)[1:]} for ['']", {"arrays": WEIGHTS | {"Wc": None}}),
    "a weight too many": (f"it holds {sorted([*WEIGHTS, 'W'])} for ['']",
        {"arrays": WEIGHTS | {"W": np.ones(1)}}),
    "integers": ("dtype must be float32 or float64, got 'int64'",
        {"arrays": {n: a.astype(int) for n, a in WEIGHTS.items()}}),
    "two dtypes": ("the weights must have one dtype, got float32, float64",
        {"arrays": WEIGHTS | {"Wf": GOOD.Wf.astype("f4")}}),
    "NaN": ("Wf must be finite in float64, got nan at [0, 0]",
        {"arrays": WEIGHTS | {"Wf": GOOD.Wf * np.nan}}),
    "layers that do not fit": (f"layers[1] must have input_size 3, got {LSTM(2, 3, None)}",
        {"networks": dict.fromkeys(("0", "1"), SIZES | {"output_size": None}), "arrays": UNFIT}),
}  # fmt: skip


@pytest.mark.parametrize(("message", "changes"), LIES.values(), ids=LIES)
def test_a_file_that_is_not_what_it_says(message, changes, tmp_path):
    """With a checksum that is right, so that nothing but the content can be refused."""
    path = tmp_path / "network.safetensors"
    arrays = {n: a for n, a in changes.get("arrays", WEIGHTS).items() if a is not None}
    about = {"version": 1, "networks": {"": SIZES}} | changes
    about = {"sha256": interop.checksum(about["networks"], arrays)} | about
    about = {name: value for name, value in about.items() if value is not None and name != "arrays"}
    save_file(arrays, path, {"lstm_tutorial": json.dumps(about)})
    assert_raises(
        ValueError, f"{path} is damaged, or not what it says: {message}", lambda: interop.load(path)
    )


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "network"
    for data in (b"", b"PK" * 99, b"{}", bytes(8)):
        path.write_bytes(data)
        with pytest.raises(ValueError, match="network is no file of safetensors, or damaged: "):
            interop.load(path)
    save_file(WEIGHTS, path, {"format": "pt"})
    message = f"{path} holds no network of this package: its metadata are ['format']"
    assert_raises(ValueError, message, lambda: interop.load(path))
    with pytest.raises(FileNotFoundError):
        interop.load(tmp_path / "none")


def test_a_network_of_ones_own_is_not_written(tmp_path):
    """It could not be read back: the file does not hold its class."""

    class Own(LSTM):
        pass

    message = f"network must be one of {', '.join(interop.KINDS)}, got {Own(D, H, O)}"
    assert_raises(TypeError, message, lambda: interop.save(Own(D, H, O), tmp_path / "own"))
    assert list(tmp_path.iterdir()) == []


NO_FLOATS = ["int32", "int64", "bool", "complex128", "longdouble", ">f4", "nonsense", 0, ""]


@pytest.mark.parametrize("dtype", NO_FLOATS)
def test_a_dtype_that_is_none_leaves_the_file_as_it_is(dtype, tmp_path):
    path, lstm = tmp_path / "network", LSTM(D, H, O, rng=1)
    interop.save(lstm, path)
    before = path.read_bytes()
    with pytest.raises(TypeError, match=r"^dtype must be float16, float32 or float64, got"):
        interop.save(lstm, path, dtype=dtype)
    assert path.read_bytes() == before
    with pytest.raises(TypeError, match=r"^dtype must be float32 or float64, got"):
        interop.load(path, dtype=dtype)


def test_an_unknown_framework_or_kind_is_named():
    lstm = LSTM(D, H, None, rng=1)
    joined = interop.join(lstm, "Keras")
    message = "framework must be one of PyTorch, Keras, ONNX, got 'TensorFlow'"
    assert_raises(ValueError, message, lambda: interop.join(lstm, "TensorFlow"))
    assert_raises(ValueError, message, lambda: interop.split("LSTM", "TensorFlow", joined))
    message = "kind must be one of LSTM, GRU for Keras, got 'RNN'"
    assert_raises(ValueError, message, lambda: interop.split("RNN", "Keras", joined))
