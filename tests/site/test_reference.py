"""The reference shows every module, all that is public in it, and the defaults that Python uses."""

import html
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lstm_tutorial
from lstm_tutorial.network import Network
from tests.docs.pages import DOCS, text_of
from tests.site.builds import ROOT

MODULES = sorted(path.stem for path in (ROOT / "lstm_tutorial").glob("*.py") if path.stem != "__init__")
OBJECT = re.compile(
    r'<h\d id="lstm_tutorial\.(\w+)\.([\w.]+)" class="doc doc-heading">'
    r'(?=\s*<span class="doc doc-object-name doc-(?:class|function)-name">)'
)
ITEM = re.compile(r'<li class="doc-section-item field-body">\s*<b><code>(\w+)</code></b>(.*?)–', re.DOTALL)
DEFAULT = re.compile(r"default:\s*<code>(.*?)</code>", re.DOTALL)


def test_every_module_has_its_page_in_reading_order() -> None:
    """The package's docstring gives the order; the navigation and the list of modules follow it."""
    pages = {path.stem: path for path in (DOCS / "reference/api").glob("*.md") if path.stem != "index"}
    assert sorted(pages) == MODULES
    for module, path in pages.items():
        assert f"::: lstm_tutorial.{module}\n" in path.read_text(encoding="utf-8")
    order = [*re.findall(r"`(\w+)`", str(lstm_tutorial.__doc__)), "parameters", "tensors", "files", "checks"]
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.findall(r"\w: reference/api/(\w+)\.md\n", config) == order
    assert re.findall(r"\]\((\w+)\.md\)", text_of("reference/api/index.md")) == order


@pytest.mark.parametrize("module", MODULES)
def test_every_function_and_class_is_on_the_page_of_its_module(module: str, site: Path) -> None:
    """Also where a page lists what it shows, so as to show it in another order."""
    source = importlib.import_module(f"lstm_tutorial.{module}")
    public = {
        name
        for name, value in vars(source).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == source.__name__
    }
    page = (site / f"reference/api/{module}/index.html").read_text(encoding="utf-8")
    assert {name for name in public if f'<h2 id="lstm_tutorial.{module}.{name}"' not in page} == set()


def parameters_shown(page: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield what each function or class on a page is called, itself, and the defaults of its parameters."""
    _, *parts = OBJECT.split(page)
    for module, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        value: Any = importlib.import_module(f"lstm_tutorial.{module}")
        for part in name.split("."):
            value = getattr(value, part)
        section = re.search(r">Parameters:</span>(.*?)</ul>", text, flags=re.DOTALL)
        if section:
            yield f"{module}.{name}", value, {p: default_shown(rest) for p, rest in ITEM.findall(section[1])}


def test_every_parameter_has_a_line_of_its_own() -> None:
    """Two names on one line would share a default on the page."""
    for path in sorted((ROOT / "lstm_tutorial").rglob("*.py")):
        shared = re.findall(r"^ +\w+(?:, \w+)+ : .+$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert shared == [], path


def default_shown(item: str) -> Any:
    """Return the default in a parameter's line, or what the signature of a parameter without one holds."""
    found = DEFAULT.search(item)
    code = html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else "empty"
    return eval(code, {"empty": inspect.Parameter.empty, "np": np, "float64": np.float64})


def test_every_default_on_a_page_is_the_signatures(site: Path) -> None:
    """Each parameter has a line of its own, but for what other networks take as the LSTM does."""
    wrong, seen = [], 0
    of_lstm = {p.name: p.default for p in inspect.signature(lstm_tutorial.LSTM).parameters.values()}
    for page in sorted(site.glob("reference/api/*/index.html")):
        for name, value, shown in parameters_shown(page.read_text(encoding="utf-8")):
            seen += 1
            if isinstance(value, type) and issubclass(value, Network):
                shown = of_lstm | shown
            wrong += [
                f"{name}: {p.name} is {p.default}, shown {shown.get(p.name, 'nothing')}"
                for p in inspect.signature(value).parameters.values()
                if p.name != "self" and (p.name not in shown or shown[p.name] != p.default)
            ]
    assert seen > 40
    assert wrong == []
