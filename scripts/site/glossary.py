"""A Markdown extension that explains the words of the glossary where a chapter uses them first.

The first use of a term in the running text of a chapter becomes a link to its entry in the glossary. The
title of the link is the entry's first sentence, which the theme shows on hover and focus. A chapter is a page
with a box "In this chapter". Headings, captions, links and code stay as they are, and so does the box.
"""

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from scripts.files import ROOT

ENTRY = re.compile(r"^### ([^<{]+?) (?:<small>.*?</small> )?\{ #(\S+) .*\}\n\n(.*)$", re.MULTILINE)
LINK, MARKUP = re.compile(r"\[([^]]*)\]\([^)]*\)"), re.compile(r"\\[a-z]+|[`*${}]")
LEFT_ALONE = {"a", "code", "pre", "figure", "h1", "h2", "h3", "h4", "summary", "table"}


class Term(NamedTuple):
    """A term of the glossary: the anchor of its entry, and what it means in a sentence."""

    anchor: str
    meaning: str


def read_terms() -> dict[str, Term]:
    """Return the terms of the glossary, in lower case."""
    text = (ROOT / "docs/reference/glossary.md").read_text(encoding="utf-8")
    return {name.lower(): Term(anchor, first_sentence(entry)) for name, anchor, entry in ENTRY.findall(text)}


def first_sentence(entry: str) -> str:
    """Return the first sentence of an entry as plain text."""
    plain = MARKUP.sub("", LINK.sub(r"\1", entry))
    return re.split(r"(?<=[.?!]) (?=[A-Z])", plain, maxsplit=1)[0]


class ExplainTerms(Treeprocessor):
    """Links the first use of each term."""

    def run(self, root: Element) -> None:
        """Change the page if it is a chapter."""
        if not any(box.get("class") == "admonition abstract" for box in root):
            return
        self.terms, self.used = read_terms(), set[str]()
        longest_first = "|".join(map(re.escape, sorted(self.terms, key=len, reverse=True)))
        self.pattern = re.compile(rf"\b({longest_first})(?:e?s)?\b", re.IGNORECASE)
        for block in root:
            if block.get("class") != "admonition abstract":
                self.explain(block)

    def explain(self, element: Element) -> None:
        """Link new terms in the text of an element and of what is in it, in reading order."""
        if element.tag in LEFT_ALONE or element.get("class") == "arithmatex":  # a formula
            return
        children = list(element)
        element.text, links = self.link_terms(element.text)
        element[:0] = links
        for child in children:
            self.explain(child)
            child.tail, links = self.link_terms(child.tail)
            after = list(element).index(child) + 1
            element[after:after] = links

    def link_terms(self, text: str | None) -> tuple[str | None, list[Element]]:
        """Return the text before the first new term, and a link for each new term with the text after it."""
        head, links, end = text, list[Element](), 0
        for found in self.pattern.finditer(text or ""):
            name = found[1].lower()
            if name in self.used:
                continue
            self.used.add(name)
            if links:
                links[-1].tail = found.string[end : found.start()]
            else:
                head = found.string[: found.start()]
            address = f"../reference/glossary.md#{self.terms[name].anchor}"
            links.append(Element("a", {"class": "term", "href": address, "title": self.terms[name].meaning}))
            links[-1].text, end = found[0], found.end()
        if links:
            links[-1].tail = (text or "")[end:]
        return head, links


class GlossaryExtension(Extension):
    """Registers `ExplainTerms` with a Markdown converter."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Link terms once code spans and formulas are set aside, and before MkDocs looks at links."""
        md.treeprocessors.register(ExplainTerms(md), "glossary", 14)
