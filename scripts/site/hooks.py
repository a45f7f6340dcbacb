"""What MkDocs does besides building pages: it forgets the package, and brings the artefacts up to date.

Executed pages import the package in MkDocs' own process. ``mkdocs serve`` keeps that process alive, so
without this an edit in ``lstm_tutorial/`` would not reach the pages until a restart. While serving, a page
that depends on nothing that changed is not converted again, so that an edit of one page shows at once.
Zensical does not call hooks: run ``python scripts/site/build.py`` before it.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
KEPT = "scripts.site.katex"  # in use by the running build; it imports nothing of the package
KEPT_OF_A_PAGE = ("content", "toc", "_title_from_render", "present_anchor_ids")


@dataclass
class Converted:
    """A converted page: what it was made from, and what converting it gave."""

    key: str
    attributes: dict[str, Any]
    links_to_anchors: dict[str, dict[str, str]]
    anchors: list[tuple[tuple[Any, ...], dict[str, Any]]]  # calls that told autorefs of an anchor


converted: dict[str, Converted] = {}  # by the path of the page
serving = False
around = ""  # what `surroundings` returned before this build


def on_startup(command: Literal["build", "gh-deploy", "serve"], **_: Any) -> None:
    """Note whether pages will be built more than once."""
    global serving
    serving = command == "serve"


def on_pre_build(config: MkDocsConfig) -> None:
    """Import the package and the scripts anew from this directory, then run what is stale."""
    global around
    forget("lstm_tutorial", "scripts")
    if sys.path[0] != str(ROOT):
        sys.path.insert(0, str(ROOT))
    importlib.import_module("scripts.site.build").build()
    around = surroundings() if serving else ""


def forget(*packages: str) -> None:
    """Remove the modules of these packages from ``sys.modules``."""
    for name in list(sys.modules):
        if name.split(".")[0] in packages and name != KEPT:
            del sys.modules[name]


def surroundings() -> str:
    """Return a hash of all that any page may show or run, but for the text of the pages."""
    result = hashlib.sha256()
    folders = ("lstm_tutorial", "scripts", "docs")
    paths = {path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()}
    for path in sorted(paths | set(ROOT.glob("*.*"))):
        result.update(str(path).encode())
        if path.is_file() and (path.suffix != ".md" or path.parent == ROOT):
            result.update(path.read_bytes())
    return result.hexdigest()


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: Any) -> None:
    """While serving, let this page be converted only if something changed."""
    if serving:
        key = hashlib.sha256((around + markdown).encode()).hexdigest()
        page.render = partial(convert, page, key)  # type: ignore[method-assign]


def convert(page: Page, key: str, config: MkDocsConfig, files: Files) -> None:
    """Convert a page, or give it what the same text gave before."""
    before = converted.get(page.file.src_uri)
    if before is None or before.key != key:
        converted[page.file.src_uri] = convert_anew(page, key, config, files)
        return
    for name, value in before.attributes.items():
        setattr(page, name, value)
    for args, kwargs in before.anchors:
        config.plugins["autorefs"].register_anchor(page, *args, **kwargs)  # type: ignore[attr-defined]
    targets = {files.get_file_from_path(uri): links for uri, links in before.links_to_anchors.items()}
    page.links_to_anchors = {file: links for file, links in targets.items() if file}


def convert_anew(page: Page, key: str, config: MkDocsConfig, files: Files) -> Converted:
    """Convert a page, and return all that came of it."""
    autorefs: Any = config.plugins["autorefs"]
    register = autorefs.register_anchor
    calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def register_and_note(page: Page, *args: Any, **kwargs: Any) -> None:
        calls.append((args, kwargs))
        register(page, *args, **kwargs)

    autorefs.register_anchor = register_and_note
    try:
        Page.render(page, config, files)
    finally:
        autorefs.register_anchor = register
    attributes = {name: getattr(page, name) for name in KEPT_OF_A_PAGE}
    links = {file.src_uri: links for file, links in (page.links_to_anchors or {}).items()}
    return Converted(key, attributes, links, calls)


def on_page_content(html: str, **_: Any) -> str:
    """Keep code out of the search index; prose and headings stay in it."""
    return html.replace(' highlight">', ' highlight" data-search-exclude>')
