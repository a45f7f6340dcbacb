"""A small copy of the project that builds in a moment, and what can be broken in it."""

import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

from tests.site.builds import copy_project, run

PAGE = """# Whole

A [link](other.md), an [anchor](other.md#there) and a formula, $\\forget{f_t} < 1$.

```python exec="on" source="above" session="whole" result="text"
from lstm_tutorial import sigmoid

print(sigmoid(0.0))
```

```python exec="on" session="whole"
values(half=f"{sigmoid(0.0):.0%}")
```

Half a gate is {{ half }}, and ``{{ half }}`` is code.

```python title="lstm_tutorial/lstm.py"
--8<-- "lstm_tutorial/lstm.py:step"
```

<figure markdown="block" class="plot">
--8<-- "docs/_generated/gates.svg"
<figcaption markdown="span">The gates.</figcaption>
</figure>
"""


def build(project: Path, **variables: str) -> CompletedProcess[str]:
    """Build the site of a copy as `make site` does, with these environment variables."""
    return run(project, "mkdocs", "build", "--strict", **variables)


def small_project(directory: Path) -> Path:
    """Make a copy that was built and is whole: the project's own configuration, hook, package and scripts.

    In place of the pages there are two small ones that use all that a page can use, with one figure.
    """
    project = copy_project(directory / "whole")
    for path in (project / "docs").rglob("*.md"):
        path.unlink()
    for path in (project / "scripts/figures").glob("*.py"):
        if path.name not in {"__init__.py", "gates.py"}:
            path.unlink()
    (project / "docs/index.md").write_text(PAGE)
    (project / "docs/other.md").write_text("# Other\n\n## There\n\n::: lstm_tutorial.checks\n")
    config = project / "mkdocs.yml"
    nav = "nav:\n  - Home: index.md\n  - Other: other.md\n\n"
    config.write_text(re.sub(r"^nav:\n(?:[ -].*\n)+\n", nav, config.read_text(), flags=re.MULTILINE))
    result = build(project)
    assert result.returncode == 0, result.stdout
    shutil.rmtree(project / "site")
    return project


class Breakage(NamedTuple):
    """One thing to break in a file of the copy, and a word that the failure must mention."""

    file: str
    old: str
    new: str
    mentioned: str


BREAKAGES = {
    "snippet's section": Breakage("docs/index.md", "lstm.py:step", "lstm.py:no_such_part", "no_such_part"),
    "snippet's file": Breakage("docs/index.md", "lstm.py:step", "no_such_file.py", "no_such_file"),
    "figure": Breakage("docs/index.md", "gates.svg", "no_such_figure.svg", "no_such_figure"),
    "link": Breakage("docs/index.md", "(other.md)", "(no_such_page.md)", "no_such_page"),
    "anchor": Breakage("docs/index.md", "#there", "#nowhere", "#nowhere"),
    "executed block": Breakage(
        "docs/index.md", "print(sigmoid(0.0))", "print(sigmoid(nothing))", "NameError"
    ),
    "value that is missing": Breakage("docs/index.md", "is {{ half }}", "is {{ whole }}", "value whole"),
    "value that is not used": Breakage("docs/index.md", "is {{ half }}", "is one half", "value half"),
    "formula": Breakage("docs/index.md", "\\forget{f_t}", "\\forgot{f_t}", "\\forgot"),
    "figure script": Breakage(
        "scripts/figures/gates.py", "def build() -> None:", "def built() -> None:", "gates"
    ),
    "reference": Breakage(
        "docs/other.md", "::: lstm_tutorial.checks", "::: lstm_tutorial.cheques", "cheques"
    ),
}


def broken_copy(whole: Path, target: Path, name: str) -> Path:
    """Copy the project and break one thing in the copy."""
    project = Path(shutil.copytree(whole, target))
    file, old, new, _ = BREAKAGES[name]
    text = (project / file).read_text()
    assert text.count(old) == 1
    (project / file).write_text(text.replace(old, new))
    return project
