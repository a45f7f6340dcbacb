"""The reference has a page for every module, and each default on it is the one that Python uses."""

from __future__ import annotations

import html
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.docs.pages import DOCS, text_of
from tests.site.builds import ROOT

MODULES = sorted(path.stem for path in (ROOT / "lstm_tutorial").glob("*.py") if path.stem != "__init__")
OBJECT = re.compile(
    r'<h\d id="lstm_tutorial\.(\w+)\.([\w.]+)" class="doc doc-heading">'
    r'(?=\s*<span class="doc doc-object-name doc-(?:class|function)-name">)'
)
ITEM = re.compile(r'<li class="doc-section-item field-body">\s*<b><code>(\w+)</code></b>(.*?)–', re.DOTALL)
DEFAULT = re.compile(r"default:\s*<code>(.*?)</code>", re.DOTALL)


def test_every_module_has_its_page_and_the_navigation_lists_it() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = sorted(path.stem for path in (DOCS / "reference/api").glob("*.md") if path.stem != "index")
    assert pages == MODULES
    for module in MODULES:
        assert f"::: lstm_tutorial.{module}\n" in text_of(f"reference/api/{module}.md")
        assert config.count(f": reference/api/{module}.md\n") == 1


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


def default_shown(item: str) -> Any:
    """Return the default in a parameter's line, or what the signature of a parameter without one holds."""
    found = DEFAULT.search(item)
    code = html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else "empty"
    return eval(code, {"empty": inspect.Parameter.empty, "np": np, "float64": np.float64})


def test_every_default_on_a_page_is_the_signatures(site: Path) -> None:
    """Each parameter has a line of its own, with the default that Python uses."""
    wrong, seen = [], 0
    for page in sorted(site.glob("reference/api/*/index.html")):
        for name, value, shown in parameters_shown(page.read_text(encoding="utf-8")):
            seen += 1
            wrong += [
                f"{name}: {p.name} is {p.default}, shown {shown.get(p.name, 'nothing')}"
                for p in inspect.signature(value).parameters.values()
                if p.name != "self" and (p.name not in shown or shown[p.name] != p.default)
            ]
    assert seen > 40
    assert wrong == []
