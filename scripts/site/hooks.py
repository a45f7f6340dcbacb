"""What MkDocs does before it builds pages: figures are brought up to date, and nothing old stays.

Executed blocks import the package in MkDocs' own process, which ``mkdocs serve`` keeps alive. With
``--dirty``, which ``make serve`` gives, only edited pages are made again. So when anything else has changed
that pages are computed with, its modules are imported anew, the kept results of blocks go, and all pages are
made again. Zensical does not call hooks: run ``python scripts/site/build.py`` before it.
"""

import sys
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils.templates import TemplateContext

from scripts.files import ROOT
from scripts.site import build, execute

last_hash = ""  # what `context_hash` returned when the figures were last brought up to date


def on_config(config: MkDocsConfig) -> None:
    """Take mkdocstrings' stylesheet off every page: docs/overrides/main.html asks for it where it is used."""
    config.extra_css.remove("assets/_mkdocstrings.css")


def on_template_context(context: TemplateContext, template_name: str, config: MkDocsConfig) -> None:
    """Write relative links into the 404 page of a site that does not know its address."""
    if template_name == "404.html" and not config.site_url:
        context["base_url"] = "."


def on_pre_build(config: MkDocsConfig) -> None:
    """Start from the files as they are now, if they have changed since the last build."""
    global last_hash
    execute.programs.clear()
    context = context_hash()
    if context != last_hash:
        reload_modules()
        build.build()
        execute.results = {}
        for page in Path(config.site_dir).rglob("*.html"):
            page.unlink()  # what is missing is made, even with --dirty
        last_hash = context


def context_hash() -> str:
    """Return a hash of the package, the scripts, the records, the templates and the configuration."""
    folders = ("lstm_tutorial", "scripts", "docs/records", "docs/overrides")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.*")] + list(ROOT.glob("*.*"))
    return build.digest(path for path in paths if path.is_file() and path.suffix != ".pyc")


def reload_modules() -> None:
    """Let the package and the scripts be imported anew, except for what the running build is using itself."""
    in_use = ("scripts.site", "scripts.files")
    for name in list(sys.modules):
        if name.startswith(("lstm_tutorial", "scripts.")) and not name.startswith(in_use):
            del sys.modules[name]
