"""Every module of the package has its page in the reference, and the nav lists it."""

from __future__ import annotations

from tests.docs.pages import DOCS, text_of
from tests.site.builds import ROOT

MODULES = sorted(path.stem for path in (ROOT / "lstm_tutorial").glob("*.py") if path.stem != "__init__")


def test_every_module_has_its_page() -> None:
    pages = sorted(path.stem for path in (DOCS / "reference/api").glob("*.md") if path.stem != "index")
    assert pages == MODULES
    for module in MODULES:
        assert f"::: lstm_tutorial.{module}\n" in text_of(f"reference/api/{module}.md")


def test_every_module_is_in_the_nav() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for module in MODULES:
        assert config.count(f": reference/api/{module}.md\n") == 1
