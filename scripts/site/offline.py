"""Pack the built site to be read without a server: ``python -m scripts.site.offline`` makes ``site.zip``.

A browser that opens a page from ``file://`` shows no folder and fetches nothing. So links lead to
``index.html`` where they led to its folder, and the search, the live views and Python are left out. The same
site gives the same bytes.
"""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from scripts.files import ROOT, write_atomically

NAME = "lstm-from-scratch"
ONLY_WITH_A_SERVER = re.compile(
    r"404\.html|sitemap\.|objects\.inv|search/|widgets/|assets/search\.js|assets/javascripts/(?:lunr|workers)/|.*\.map$"
    r"|_generated/(?:lstm_tutorial\.zip|write\.safetensors)"
)
# Browsers do not agree on which files are of the same site.
POLICY = re.compile(r'\n<meta http-equiv="Content-Security-Policy"[^>]*>')
LIVE = re.compile(r'<p class="try">.*?</p>| data-view="\w+"', re.DOTALL)
PRELOAD = re.compile(r'<link rel="preload" as="font"[^>]*>')
LINK = re.compile(r'(?<=[ :]href=")(?!\w+:)([^"#?]+)')
SEARCH = re.compile(
    r'<script src="[^"]*assets/search\.js"></script>'
    r'|<label class="md-header__button md-icon" for="__search">.*?'
    r'(?=<div class="md-header__source">|</nav>\s*</header>)',
    re.DOTALL,
)


def pack(site: Path) -> bytes:
    """Return the site as a zip file."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for path in sorted(path for path in site.rglob("*") if path.is_file()):
            name = path.relative_to(site).as_posix()
            if ONLY_WITH_A_SERVER.match(name):
                continue
            data = page(path, site).encode() if path.suffix == ".html" else path.read_bytes()
            archive.writestr(ZipInfo(f"{NAME}/{name}"), data, ZIP_DEFLATED)
    return packed.getvalue()


def page(path: Path, site: Path) -> str:
    """Return a page with links to pages instead of folders, and without what needs a server."""

    def link(match: re.Match[str]) -> str:
        target = (path.parent / match[1]).resolve()
        return f"{match[1].rstrip('/')}/index.html" if (target / "index.html").is_file() else match[1]

    text = path.read_text(encoding="utf-8")
    for part in (SEARCH, LIVE, PRELOAD, POLICY):
        text = part.sub("", text)
    return LINK.sub(link, text)


if __name__ == "__main__":
    write_atomically(ROOT / "site.zip", pack(ROOT / "site"))
