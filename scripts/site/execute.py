"""Run the Python blocks of pages: one session per page; what a block prints goes into the page.

``mkdocs.yml`` names `formatter` as the format of Python fences. markdown-exec reads their options and lays out
source and result. The blocks run here for two reasons: a block that fails raises, so that the build fails with
MkDocs and with Zensical; and a block may give named values to the sentences of its page (`scripts.site.values`).
"""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from io import StringIO
from typing import Any

from markdown import Markdown
from markdown_exec import base_format
from pymdownx.superfences import SuperFencesException

sessions: dict[str, dict[str, Any]] = {}
"""The names that the blocks of each page have defined."""


def formatter(
    source: str, language: str, css_class: str, options: dict[str, Any], md: Markdown, **_: Any
) -> str:
    """Run one block, and return its source and what it printed as HTML."""
    insert: Any = md.inlinePatterns["values"]

    def run(code: str, session: str, **_: Any) -> str:
        insert.page = session
        return run_block(code, session, sessions.setdefault(session, {"__name__": "__main__"}), insert.give)

    html: str = base_format(language=language, run=run, code=source, md=md, **options)
    return html


def run_block(code: str, session: str, names: dict[str, Any], values: Callable[..., None]) -> str:
    """Run a block with these names, and with `print` and `values`, and return what it printed.

    Raises
    ------
    SuperFencesException
        If the block raises. The message is its traceback.
    """
    printed = StringIO()
    names["print"] = lambda *args, **options: print(*args, **{"file": printed} | options)
    names["values"] = values
    file = f"<block of {session}: {code.splitlines()[0]}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    try:
        exec(compile(code, file, "exec"), names)
    except Exception as error:
        raise SuperFencesException(f"a block of {session} failed\n{traceback.format_exc()}") from error
    return printed.getvalue()
