"""What a page says, read from its HTML: the words of its content, and its blocks of code."""

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path


@dataclass
class Block:
    """A displayed block of code."""

    language: str
    title: str = ""
    code: str = ""


class PageParser(HTMLParser):
    """Collects the words and the code blocks inside the article of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.blocks: list[Block] = []
        self._open: list[tuple[str, str]] = []  # the tags around the current text, each with its class

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag; a block of code starts here if its class says so."""
        if tag in {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}:
            return
        classes = dict(attrs).get("class") or ""
        self._open.append((tag, classes))
        if tag in {"div", "td"} and "highlight" in classes.split():
            language = next((c[9:] for c in classes.split() if c.startswith("language-")), "")
            self.blocks.append(Block(language))

    def handle_endtag(self, tag: str) -> None:
        """Forget everything up to the tag that ends here."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Add text to the article, and to the block of code that it stands in."""
        tags = [tag for tag, _ in self._open]
        if "article" not in tags or {"script", "style"} & set(tags) or ("p", "chapter-number") in self._open:
            return  # the templates of Zensical do not know the part that a page is in
        self.words += data.split()
        if any("highlight" in classes.split() for _, classes in self._open):
            if ("span", "filename") in self._open:
                self.blocks[-1].title += data
            elif "code" in tags:
                self.blocks[-1].code += data


def parse(page: Path) -> PageParser:
    """Read a built page."""
    parser = PageParser()
    parser.feed(page.read_text(encoding="utf-8"))
    parser.close()
    return parser


def pages(site: Path) -> list[Path]:
    """Return the pages of a built site, the 404 page included, relative to it."""
    return [path.relative_to(site) for path in sorted(site.rglob("*.html"))]
