"""While `make serve` runs, an edit of a page, of the package or of a figure shows, without a restart."""

import re
import shutil
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.site.builds import start


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, two minutes at most."""
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Served:
    """A copy of the project that is being served, and its pages as they are now."""

    def __init__(self, project: Path, address: str, printed: Path) -> None:
        self.project, self.address, self.printed = project, address, printed

    def page(self, path: str) -> str:
        """Return a page, or nothing while the server does not answer."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=60) as response:
                text: str = response.read().decode()
                return text
        except OSError:  # it answers nobody before the first build is done, and while one fails
            return ""

    def wait_for(self, path: str, right: Callable[[str], bool]) -> str:
        """Return a page as soon as it is right."""
        text = ""

        def is_right() -> bool:
            nonlocal text
            text = self.page(path)
            return right(text)

        wait_until(is_right)
        return text

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a piece of a file that stands there once."""
        text = (self.project / file).read_text()
        assert text.count(old) == 1
        (self.project / file).write_text(text.replace(old, new))

    def break_with(self, file: str, old: str, new: str) -> None:
        """Make an edit with which a build fails, and wait until one has."""
        failed = "An error happened during the rebuild"
        before = self.printed.read_text().count(failed)
        self.edit(file, old, new)
        wait_until(lambda: self.printed.read_text().count(failed) > before)


FRONT = """
```python exec="on" session="whole"
from scripts.files import ROOT
from scripts.site.chapter import minutes

values(other=f"{minutes((ROOT / 'docs/other.md').read_text())}")
```

The other page takes {{ other }} minutes.
"""
OTHER = """
--8<-- "docs/assets/diagrams/gru.svg"

<!-- exercises in full: build -->
"""


@pytest.fixture
def served(whole: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve a small copy on a free port, whose pages show more of the files around them."""
    project = Path(shutil.copytree(whole, tmp_path / "served"))
    for name, more in (("index", FRONT), ("other", OTHER)):
        with (project / f"docs/{name}.md").open("a") as page:
            page.write(more)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "printed").open("w") as printed:
        command = "mkdocs", "serve", "--dirty", "--dev-addr", f"127.0.0.1:{port}"
        process = start(project, *command, printed=printed)
        yield Served(project, f"http://127.0.0.1:{port}/", tmp_path / "printed")
        process.terminate()
        process.wait()


def test_edits_show_without_a_restart(served: Served) -> None:
    first = served.wait_for("", lambda text: "Whole" in text)
    assert "<code>0.5\n" in first
    assert "Half a gate is 50%" in first
    reference = served.page("other/")

    served.edit("docs/index.md", "Half a gate is", "Edited: half a gate is")
    served.wait_for("", lambda text: "Edited: half a gate is 50%" in text)
    served.edit("docs/index.md", "{sigmoid(0.0):.0%}", "{sigmoid(0.0):.1%}")
    served.wait_for("", lambda text: "50.0%" in text)
    assert article(served.page("other/")) == article(reference), "a page that did not change reads as before"

    served.edit("docs/other.md", "# Other", "# Edited")
    served.wait_for("other/", lambda text: "Edited" in article(text))
    served.edit("docs/other.md", "# Edited", "# Edited" + "\n\nAnd a few words more." * 300)
    served.wait_for(
        "", lambda text: re.search("The other page takes ([5-9]|[1-9][0-9]) minutes", text) is not None
    )
    served.edit("docs/assets/diagrams/gru.svg", "<title", "<!-- edited --><title")
    served.wait_for("other/", lambda text: "<!-- edited -->" in text)
    served.edit("lstm_tutorial/activations.py", "(1.0 + np.exp(np.copysign", "(3.0 + np.exp(np.copysign")
    again = served.wait_for("", lambda text: "<code>0.25\n" in text)
    assert "Edited: half a gate is 25.0%" in again

    served.edit("scripts/figures/gates.py", 'title="What the gates', 'title="What all the gates')
    served.wait_for("", lambda text: "What all the gates" in text)

    # An exercise's goal is a docstring, and its starter is found by the number of its line.
    exercises = "lstm_tutorial/exercises/build.py"
    served.edit(exercises, '    r"""Squash any number', '    r"""\n    Press any number')
    edited = served.wait_for("other/", lambda text: "Press any number" in text)
    assert "Squash x, of any shape, into (0, 1)." in edited


def test_after_a_mistake_is_undone_everything_is_as_it_was(served: Served) -> None:
    first = article(served.wait_for("", lambda text: "Whole" in text))
    figure, script = served.project / "docs/_generated/gates.svg", "scripts/figures/gates.py"
    served.break_with(
        script, "def build() -> None:\n", "def build() -> None:\n    raise ValueError('a mistake')\n"
    )
    served.edit(script, "    raise ValueError('a mistake')\n", "")
    served.wait_for("", lambda text: figure.exists() and article(text) == first)

    served.break_with("docs/index.md", "print(sigmoid(0.0))", "print(sigmoid(0.0), oops)")
    served.edit("docs/index.md", "print(sigmoid(0.0), oops)", "print(sigmoid(0.0), 'mended')")
    served.wait_for("", lambda text: "<code>0.5 mended\n" in text)


def article(text: str) -> str:
    """Return the content of a page without what surrounds it."""
    return text[text.index("<article") : text.index("</article>")] if text else ""
