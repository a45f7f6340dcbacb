"""What MkDocs does besides building pages: it forgets the package, and brings the artefacts up to date.

Executed pages and figure scripts import the package in MkDocs' own process. ``mkdocs serve`` keeps that
process alive, so without this an edit in ``lstm_tutorial/`` would not reach the pages until a restart.
Zensical does not call hooks: run ``python scripts/build.py`` before it.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
KEPT = "scripts.katex"  # in use by the running build; it imports nothing of the package


def on_pre_build(config: Any) -> None:
    """Import the package and the scripts anew from this directory, then run what is stale."""
    forget("lstm_tutorial", "scripts")
    if sys.path[0] != str(ROOT):
        sys.path.insert(0, str(ROOT))
    importlib.import_module("scripts.build").build()


def on_page_content(html: str, **_: Any) -> str:
    """Keep code out of the search index, which every page loads; prose and headings stay in it."""
    return html.replace(' highlight">', ' highlight" data-search-exclude>')


def forget(*packages: str) -> None:
    """Remove the modules of these packages from ``sys.modules``."""
    for name in list(sys.modules):
        if name.split(".")[0] in packages and name != KEPT:
            del sys.modules[name]
