r"""A Markdown extension that sets mathematics while the site builds: TeX goes in, HTML and MathML come out.

A page needs no JavaScript to show an equation. `pymdownx.arithmatex` finds the mathematics between dollar
signs, and this extension, which stands after it in ``mkdocs.yml``, hands it to KaTeX (``katex.min.js``
beside this file, as published) in a JavaScript engine. In docstrings, ``:math:`x^2``` is mathematics too. TeX
with an error raises, so that a build fails. The stylesheet, which names the version, and the fonts are in
``docs/assets/katex``; `scripts.site.update_katex` brings all of them to another version.

``\forget{f_t}``, ``\inp{i_t}``, ``\cand{\tilde c_t}``, ``\outp{o_t}``, ``\cell{c_t}`` and ``\hid{h_t}`` set
their argument in the color of the gate or state. Other commands that add HTML, links or images raise.
"""

import atexit
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from py_mini_racer import MiniRacer

GATES = ("forget", "input", "candidate", "output", "cell", "hidden")
COMMANDS = ("forget", "inp", "cand", "outp", "cell", "hid")
MACROS = {
    f"\\{command}": rf"\htmlClass{{gate-{gate}}}{{#1}}" for command, gate in zip(COMMANDS, GATES, strict=True)
}
OPTIONS = f"""{{
    output: "htmlAndMathml",
    throwOnError: true,
    macros: {json.dumps(MACROS)},
    trust: (context) => context.command === "\\\\htmlClass",
    strict: (code) => code === "htmlExtension" ? "ignore" : "error",
}}"""
MARK = "([,.;:!?)]?)"
FORMULA = re.compile(rf'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>{MARK}', re.DOTALL)
TYPESET = f"""var typeset = (tex, displayMode) => {{
    try {{ return {{html: katex.renderToString(tex, {{...{OPTIONS}, displayMode}})}} }}
    catch (error) {{ return {{error: String(error)}} }}
}}"""


@cache
def engine() -> MiniRacer:
    """Return the JavaScript engine with KaTeX in it, started when it is first needed.

    It is closed before the interpreter ends, because closing it later may wait for ever.
    """
    context = MiniRacer()
    atexit.register(context.close)
    context.eval(Path(__file__).with_name("katex.min.js").read_text(encoding="utf-8"))
    context.eval(TYPESET)
    return context


@cache
def typeset(tex: str, display: bool) -> str:
    """Return one formula as HTML and MathML, or raise ValueError if KaTeX cannot read it."""
    result: dict[str, str] = engine().call("typeset", tex, display)
    if "error" in result:
        raise ValueError(f"{result['error']} (the whole formula: {tex!r})")
    return result["html"]


def formula(tex: str, display: bool, mark: str) -> str:
    """Return a formula set, and the comma or the like after it. A formula in one piece keeps it on its line.

    Its words are kept out of the search index.
    """
    tag, body = "div" if display else "span", typeset(tex, display)
    found = f'<{tag} class="math" data-search-exclude>{body}</{tag}>'
    is_whole = not display and body.count('class="katex-base"') == 1  # it may break between two of these
    return f'<span class="unbroken">{found}{mark}</span>' if mark and is_whole else found + mark


class SetFormulas(Postprocessor):
    """Replaces each formula that arithmatex marked in the finished HTML."""

    def run(self, text: str) -> str:
        """Return the page with every formula set."""
        return FORMULA.sub(self.replace, text)

    @staticmethod
    def replace(match: re.Match[str]) -> str:
        """Return one formula set."""
        _, bracket, tex, mark = match.groups()
        return formula(html.unescape(tex).strip(), bracket == "[", mark)


class MathRole(InlineProcessor):
    """Reads the role that docstrings use for mathematics."""

    def handleMatch(  # type: ignore[override]  # the stubs know an older form
        self, m: re.Match[str], data: str
    ) -> tuple[Any, int, int]:
        """Return the formula set, and where it stood."""
        return self.md.htmlStash.store(formula(m.group(1), False, m.group(2))), m.start(0), m.end(0)


class KatexExtension(Extension):
    """Registers `MathRole` and `SetFormulas` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Read roles before code spans; set formulas when all other HTML is back in place."""
        md.inlinePatterns.register(MathRole(f":math:`([^`]+)`{MARK}", md), "math-role", 200)
        md.postprocessors.register(SetFormulas(md), "katex", 5)
