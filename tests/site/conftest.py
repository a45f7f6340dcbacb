"""A small copy of the project that builds in a moment, for tests that change something in it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.site.builds import copy_project, run

PAGE = """# Whole

A [link](other.md), an [anchor](other.md#there) and a formula, $\\forget{f_t} < 1$.

```python exec="on" source="above" session="whole" result="text"
from lstm_tutorial import sigmoid

print(sigmoid(0.0))
```

```python title="lstm_tutorial/cell.py"
--8<-- "lstm_tutorial/cell.py:cell"
```

<figure markdown="block" class="plot">
--8<-- "docs/_generated/gates.svg"
<figcaption markdown="span">The gates.</figcaption>
</figure>
"""


def build(project: Path) -> CompletedProcess[str]:
    """Build the site of a copy as `make site` does."""
    return run(project, "mkdocs", "build", "--strict")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy that was built and is whole: the project's own configuration, hook, package and scripts.

    In place of the pages there are two small ones that use all that a page can use, with one figure.
    """
    project = copy_project(tmp_path_factory.mktemp("small") / "whole")
    for path in (project / "docs").rglob("*.md"):
        path.unlink()
    for path in (project / "scripts/figures").glob("*.py"):
        if path.name not in {"__init__.py", "style.py", "gates.py"}:
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
