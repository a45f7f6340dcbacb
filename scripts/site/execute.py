"""Run the Python blocks of a page as one program, and put what they print into the page.

``mkdocs.yml`` names `formatter` as the format of Python fences. markdown-exec reads their options and lays
out source and result. The blocks run here for three reasons. A block that fails raises, so the build fails
with MkDocs and with Zensical. A block may give named values to the sentences of its page
(`scripts.site.values`). And MkDocs has the programs of all pages run in other processes, while it makes the
first pages, and keeps the results from build to build, until `scripts.site.hooks` finds that anything else
changed.
"""

import linecache
import re
import textwrap
import traceback
from concurrent.futures import Executor, Future
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from markdown import Markdown
from markdown_exec import base_format
from pymdownx.snippets import SnippetExtension, SnippetPreprocessor
from pymdownx.superfences import SuperFencesException


class Block(NamedTuple):
    """A block of Python. Only a hidden block, whose source the page does not show, may give values."""

    code: str
    hidden: bool


class Result(NamedTuple):
    """What a block gave: its text, and its named values."""

    printed: str
    values: list[tuple[str, str]]


Results = dict[tuple[Block, ...], Result]
"""The result of each block, by the blocks of its page up to it."""
results: Results | None = None
"""What is known; None where no results are kept."""
running: dict[Block, Future[Results]] = {}
"""What other processes compute, by the first block of a page. A page that needs it waits for it."""


class Program:
    """The blocks of one page, run in order; one whose result is known waits until a new one follows it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.finished = 0  # how many of the blocks have run

    def run(self, block: Block, page: str) -> Result:
        """Return the result of the next block."""
        self.blocks.append(block)
        known = {} if results is None else results
        if self.blocks[0] in running:
            known |= running.pop(self.blocks[0]).result()
        key = tuple(self.blocks)
        if key not in known:
            for waiting in self.blocks[self.finished :]:
                result = run_block(waiting, page, self.names)
            self.finished = len(self.blocks)
            known[key] = result
        return known[key]


FENCE = re.compile(r'^( *)(```+)python (exec="on"[^\n]*)\n(.*?)^\1\2 *$', re.DOTALL | re.MULTILINE)


def blocks_of(page: Path, snippets: SnippetPreprocessor) -> list[Block]:
    """Return the blocks of a page in order, found in its source, with the snippets that they quote."""
    fences = FENCE.findall(page.read_text(encoding="utf-8"))
    codes = ["\n".join(snippets.run(textwrap.dedent(code).split("\n"))).rstrip() for *_, code in fences]
    return [Block(code, "source=" not in fence[2]) for code, fence in zip(codes, fences, strict=True)]


def run_blocks(blocks: list[Block]) -> Results:
    """Run the blocks of a page, up to one that fails, and return their results."""
    names: dict[str, Any] = {"__name__": "__main__"}
    found: Results = {}
    with suppress(SuperFencesException):  # it fails again, and says so, when its page is made
        for count, block in enumerate(blocks, 1):
            found[tuple(blocks[:count])] = run_block(block, "", names)
    return found


def run_pages(pages: list[Path], pool: Executor, quoting: dict[str, Any]) -> dict[Block, Future[Results]]:
    """Let the processes of the pool run the blocks of all pages; `quoting` is how pages quote snippets."""
    snippets = SnippetPreprocessor(SnippetExtension(**quoting).getConfigs(), Markdown())
    programs = [blocks for page in pages if (blocks := blocks_of(page, snippets))]
    return {blocks[0]: pool.submit(run_blocks, blocks) for blocks in programs}


def stop() -> None:
    """Start none of the blocks that wait for a process. A page that needs them will run them itself."""
    global running
    running = {first: future for first, future in running.items() if not future.cancel()}


def forget(word: str) -> None:
    """Keep no result of a block that has a word in it, nor of those that follow on its page."""
    global results
    if results is not None:
        results = {key: result for key, result in results.items() if not any(word in b.code for b in key)}


programs: dict[Markdown, Program] = {}
"""The program of each page that was converted in this build."""


def formatter(
    source: str, language: str, css_class: str, options: dict[str, Any], md: Markdown, **_: Any
) -> str:
    """Run one block, and return its source and what it printed as HTML, marked as `executed` for site.js."""

    def run(code: str, session: str, **_: Any) -> str:
        insert: Any = md.inlinePatterns["values"]
        insert.page = session or insert.page  # the blocks of a page name it as their session
        block = Block(code.rstrip(), hidden=not options["source"])
        result = programs.setdefault(md, Program()).run(block, insert.page)
        insert.given += result.values
        return result.printed

    html: str = base_format(language=language, run=run, code=source, md=md, **options)
    return f'<div class="executed">{html}</div>' if options["source"] else html


def run_block(block: Block, page: str, names: dict[str, Any]) -> Result:
    """Run a block with these names and a `print` that collects the text; a hidden block also has `values`.

    If the block raises, a SuperFencesException has its traceback as the message.
    """
    printed, given = StringIO(), []

    def values(**named: str) -> None:
        for name, value in named.items():
            if not isinstance(value, str):
                raise TypeError(f"the value {name} must be formatted as text, got {value!r}")
            given.append((name, value))

    own = names.get("values")  # a page may use the name for itself
    names["print"] = lambda *args, **options: print(*args, **{"file": printed} | options)
    if block.hidden:
        names["values"] = values
    lines = block.code.splitlines(keepends=True)
    file = f"<block of {page}: {lines[0].strip()}>"
    linecache.cache[file] = (len(block.code), None, lines, file)  # for the traceback
    try:
        exec(compile(block.code, file, "exec"), names)
    except Exception as error:
        raise SuperFencesException(f"a block of {page} failed\n{traceback.format_exc()}") from error
    if block.hidden:
        names["values"] = own
    return Result(printed.getvalue(), given)
