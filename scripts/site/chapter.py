"""A Markdown extension for what every chapter has: its minutes, numbers of its figures, colors of its gates.

A chapter is a page with a box "In this chapter". Under its title it gets the minutes that its prose takes.
Its figures get a number each, and an anchor that can be linked. In code that names ``c_tilde``, and so speaks
of the cell, the names of gates and states get the colors that they have in formulas.
"""

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

WORDS_PER_MINUTE, FIGURES_PER_MINUTE = 150, 2  # of somebody who follows each step
NOT_PROSE = re.compile(
    r"^ *```.*?^ *```$"  # code
    r"|^\?\?\?[^\n]*\n(?:(?:    [^\n]*)?\n)*"  # folded parts
    r"|<!--.*?-->|\A---\n.*?^---$"  # comments and front matter
    r"|\$\$?[^$]+\$\$?|^ *--8<--[^\n]*",  # formulas and drawings
    re.DOTALL | re.MULTILINE,
)
GATES = {
    "f": "forget",
    "i": "input",
    "c_tilde": "candidate",
    "o": "output",
    "c": "cell",
    "c_prev": "cell",
    "h": "hidden",
    "h_prev": "hidden",
}
CODE = re.compile(r"<pre\b.*?</pre>", re.DOTALL)
NAME = re.compile(rf'<span class="n">({"|".join(GATES)})</span>')


def minutes(source: str) -> int:
    """Return how many minutes the prose and the figures of a page take, without code and folded parts."""
    prose = NOT_PROSE.sub(" ", source)
    words = re.findall(r"\w*[A-Za-z]\w*", re.sub(r"<[^>]*>", " ", prose))
    return max(1, round(len(words) / WORDS_PER_MINUTE + prose.count("<figure") / FIGURES_PER_MINUTE))


class ReadSource(Preprocessor):
    """Counts the minutes of the page's source, before anything is taken out of it."""

    minutes = 0

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines as they are."""
        self.minutes = minutes("\n".join(lines))
        return lines


class CompleteChapter(Treeprocessor):
    """Writes the minutes under the title, and numbers the figures."""

    def __init__(self, md: Markdown, source: ReadSource) -> None:
        super().__init__(md)
        self.source = source

    def run(self, root: Element) -> None:
        """Change the page if it is a chapter."""
        if not any(box.get("class") == "admonition abstract" for box in root):
            return
        title = next(position for position, element in enumerate(root) if element.tag == "h1")
        meta = Element("p", {"class": "chapter-meta"})
        meta.text = f"{self.source.minutes} minutes of reading"
        root.insert(title + 1, meta)
        for number, figure in enumerate(root.iter("figure"), start=1):
            number_figure(figure, f"figure-{number}", f"Figure {number}")


def number_figure(figure: Element, anchor: str, name: str) -> None:
    """Give a figure an anchor, if it has none of its own, and open its caption with a link to it."""
    anchor = figure.get("id", anchor)
    figure.set("id", anchor)
    caption = figure.find("figcaption")
    if caption is None:
        raise ValueError(f"{name} has no caption")
    link = Element("a", {"class": "figure-number", "href": f"#{anchor}"})
    link.text, link.tail, caption.text = name, " " + (caption.text or "").lstrip(), ""
    caption.insert(0, link)


class ColorGates(Postprocessor):
    """Gives gates and states their colors in the code about the cell."""

    def run(self, text: str) -> str:
        """Return the page with the names in `GATES` as colored as in its formulas."""
        return CODE.sub(lambda block: color_names(block[0]), text)


def color_names(block: str) -> str:
    """Color the names in one block of highlighted code, if it is about the cell."""
    if '<span class="n">c_tilde</span>' not in block:
        return block
    return NAME.sub(lambda name: f'<span class="gate-{GATES[name[1]]}">{name[1]}</span>', block)


class ChapterExtension(Extension):
    """Registers `ReadSource`, `CompleteChapter` and `ColorGates` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Read the source first of all; color code when it is back in place."""
        source = ReadSource(md)
        md.preprocessors.register(source, "chapter", 100)
        md.treeprocessors.register(CompleteChapter(md, source), "chapter", 15)
        md.postprocessors.register(ColorGates(md), "chapter", 3)
