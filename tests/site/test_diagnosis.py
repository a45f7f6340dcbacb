"""Every row of the decision tree leads to a section that exists.

Its links are part of a drawing, so MkDocs does not check them.
"""

import re
from pathlib import Path

from scripts.figures.diagnosis import TREE


def test_every_row_of_the_tree_leads_to_a_section(site: Path) -> None:
    page = site / "learn/debug/index.html"
    addresses = re.findall(r'<a xlink:href="([^"]*)#([^"]+)"', page.read_text(encoding="utf-8"))
    assert len(addresses) == sum(map(len, TREE.values()))
    for path, anchor in addresses:
        target = (page.parent / path / "index.html").read_text(encoding="utf-8")
        assert f'id="{anchor}"' in target, f"{path}#{anchor}"
