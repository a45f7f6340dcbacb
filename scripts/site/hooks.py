"""What MkDocs does around a build: figures are brought up to date, nothing old stays, Python comes along.

With ``--dirty``, which ``make serve`` gives, MkDocs makes only edited pages again. So when anything else that
pages are made with has changed, all of them are made again. If code or a record has changed, figures and the
results of executed blocks are computed anew, in new processes; and as an edited block runs in MkDocs' own
process, which ``mkdocs serve`` keeps alive, the package's modules are imported anew there. Zensical does not
call hooks: run ``python scripts/site/build.py`` before it.
"""

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from scripts.files import ROOT
from scripts.site import build, execute, policy, runtime
from scripts.site.search import without_excluded

last_context = ""  # what `context_hash` returned when all pages were last taken away, to be made anew
last_code = ""  # what `code_hash` returned when the figures and the results of blocks were last made

is_served = False  # `mkdocs serve` writes a script of its own into each page, which no policy would allow


def on_startup(command: str, dirty: bool) -> None:
    """Note whether this is `mkdocs serve`."""
    global is_served
    is_served = command == "serve"


def on_config(config: MkDocsConfig) -> None:
    """Take mkdocstrings' stylesheet off every page: docs/overrides/main.html asks for it where it is used."""
    config.extra_css.remove("assets/_mkdocstrings.css")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Have the pages without blocks of Python made first: the others may have to wait for their results."""
    return Files(sorted(files, key=has_blocks))


def has_blocks(file: File) -> bool:
    """Tell whether a file is a page with blocks that run."""
    return file.is_documentation_page() and 'exec="on"' in file.content_string


def on_template_context(context: TemplateContext, template_name: str, config: MkDocsConfig) -> None:
    """Write relative links into the 404 page of a site that does not know its address."""
    if template_name == "404.html" and not config.site_url:
        context["base_url"] = "."


def on_pre_build(config: MkDocsConfig) -> None:
    """Start from the files as they are now, if they have changed since the last build."""
    global last_context, last_code
    execute.programs.clear()
    context, code = context_hash(), code_hash() if is_served else "the only build of this process"
    if context != last_context:
        reload_modules()
    if code != last_code:
        last_code = ""  # if this build ends early, nothing of it counts
        execute.stop()
        execute.results = {}
        pages, pool = sorted(Path(config.docs_dir).rglob("*.md")), build.workers()
        try:
            started = build.start(pool)
            execute.running = execute.run_pages(pages, pool, config.mdx_configs["pymdownx.snippets"])
            build.finish(started)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # no script of this build writes during the next one
            raise
        pool.shutdown(wait=False)  # it goes on with the blocks while the first pages are made
        last_code = code
    if context != last_context:
        for page in Path(config.site_dir).rglob("*.html"):
            page.unlink()  # what is missing is made, even with --dirty
        last_context = context
    elif is_served:  # the front page says how long each chapter takes, so it is made again with every page
        (Path(config.site_dir) / "index.html").unlink(missing_ok=True)
        execute.forget("scripts.site.chapter")


whole_page = ""  # the page that the theme's search is reading, with what it would pass over


@event_priority(100)
def before_search(context: TemplateContext, /, page: Page, **kwargs: Any) -> None:
    """Take out of a page what the theme's search would parse only to pass over."""
    global whole_page
    whole_page = str(page.content)
    page.content = without_excluded(whole_page)


@event_priority(-100)
def after_search(context: TemplateContext, /, page: Page, **kwargs: Any) -> None:
    """Put it back."""
    page.content = whole_page


on_page_context = CombinedEvent(before_search, after_search)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Write the content security policy into a page."""
    return output if is_served else policy.add_policy(output)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """Write the content security policy into the 404 page."""
    is_page = template_name.endswith(".html") and not is_served
    return policy.add_policy(output_content) if is_page else output_content


def on_build_error(error: Exception) -> None:
    """Start no more blocks, so that MkDocs can end with its message."""
    execute.stop()


def on_post_build(config: MkDocsConfig) -> None:
    """Put Python beside the site, where the environment has a folder of its files."""
    if folder := os.environ.get("PYODIDE_DIR"):
        runtime.copy(Path(folder), Path(config.site_dir))


def code_hash() -> str:
    """Return a hash of what figures and blocks are computed with: of what runs, and of the data."""
    data = [path for folder in set(build.DATA.values()) for path in build.files_in(folder)]
    return build.digest({*data, *(path for path in context_files() if path.suffix == ".py")})


def context_hash() -> str:
    """Return a hash of what pages are made with beside their own files."""
    result = hashlib.sha256()
    for path in sorted(context_files()):
        result.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return result.hexdigest()


def context_files() -> list[Path]:
    """Return the files of the package and the scripts, records, templates, configuration and glossary."""
    folders = ("lstm_tutorial", "scripts", "docs/records", "docs/overrides", "docs/assets/diagrams")
    paths = [path for folder in folders for path in build.files_in(ROOT / folder)]
    more = ROOT / "mkdocs.yml", ROOT / "docs/assets/motifs.svg", ROOT / "docs/reference/glossary.md"
    return [*paths, *(path for path in more if path.is_file())]


def reload_modules() -> None:
    """Let the package and the scripts be imported anew, except for what the running build is using itself.

    An edit of ``scripts/site`` itself needs a new start of the server.
    """
    in_use = ("scripts.site", "scripts.files")
    for name in list(sys.modules):
        if name.startswith(("lstm_tutorial", "scripts.")) and not name.startswith(in_use):
            del sys.modules[name]
