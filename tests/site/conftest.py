"""What the tests of the built site share. Each build is made once, however many test processes there are.

The first process that needs a build makes it, under a lock; the others wait and then use the same files.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Route, sync_playwright

from scripts.site import runtime
from tests.site.audit import ARGUMENTS, CHROMIUM, WIDE, file_for, open_to_go_on, serve
from tests.site.builds import ADDRESS, ROOT, build_site
from tests.site.small import small_project
from tests.site.snippets import UV, clean_python

Once = Callable[[str, Callable[[Path], Path]], Path]


@pytest.fixture(scope="session")
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return a function that makes something in a new directory, unless another process has made it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base

    def make_once(name: str, make: Callable[[Path], Path]) -> Path:
        directory, result = shared / name, shared / f"{name}.path"
        with FileLock(shared / f"{name}.lock"):
            if not result.exists():
                shutil.rmtree(directory, ignore_errors=True)  # another process began and failed
                directory.mkdir()
                result.write_text(str(make(directory)))
        return Path(result.read_text())

    return make_once


@pytest.fixture(scope="session")
def site(once: Once) -> Path:
    """Return the site, built by MkDocs in a directory with a space in its name."""
    return once("site build", build_site)


@pytest.fixture(scope="session")
def files(once: Once) -> Path:
    """Return a folder with the six files of Pyodide: PYODIDE_DIR, or one that is filled once."""
    folder = Path(os.environ.get("PYODIDE_DIR", ROOT / ".cache/pyodide"))

    def fetch(_: Path) -> Path:
        runtime.fetch(folder)
        return folder

    return once("pyodide", fetch)


@pytest.fixture(scope="session")
def complete(site: Path, files: Path, once: Once) -> Path:
    """Return the site with Python beside it."""

    def copy(directory: Path) -> Path:
        target = shutil.copytree(site, directory / "site")
        runtime.copy(files, target)
        return Path(target)

    return once("site with python", copy)


@pytest.fixture(scope="session")
def whole(once: Once) -> Path:
    """Return a small copy of the project that builds."""
    return once("small", small_project)


@pytest.fixture(scope="session")
def python(once: Once) -> Path:
    """Return the interpreter of an environment with the installed package, matplotlib and nothing else."""
    if UV is None:
        pytest.skip("uv is not on the PATH")
    return once("clean", clean_python)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a browser once in each test process."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def asked() -> list[str]:
    """Return a list of all addresses that `window` has asked for."""
    return []


@pytest.fixture(scope="session")
def shared_page(chromium: Browser, complete: Path, asked: list[str]) -> Iterator[Page]:
    """Open a page in each test process, for which the site with Python is the whole internet."""
    context = chromium.new_context(viewport=WIDE, color_scheme="light")
    context.route("**/*", partial(serve, complete))
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    open_to_go_on(page, "reference/summary/")
    yield page
    context.close()


@pytest.fixture
def window(shared_page: Page) -> Iterator[Page]:
    """Return a page in which Python stays from test to test, because starting it takes seconds."""
    yield shared_page
    shared_page.set_viewport_size(WIDE)
    shared_page.emulate_media(color_scheme="light")


@pytest.fixture(scope="session")
def shared_tab(chromium: Browser, site: Path) -> Iterator[Page]:
    """Open a page in each test process, for which the built site is the whole internet.

    A new page costs Chromium a new process, and that more than to load a chapter.
    """

    def serve_or_404(route: Route) -> None:
        path = file_for(site, route.request.url)
        route.fulfill(path=path or site / "404.html", status=200 if path else 404)

    context = chromium.new_context(viewport=WIDE, color_scheme="light")
    context.route("**/*", serve_or_404)
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(shared_tab: Page) -> Iterator[Page]:
    """Return an empty page; of what a test does to it, nothing stays."""
    yield shared_tab
    shared_tab.goto("about:blank")
    shared_tab.unroute_all()
    shared_tab.set_viewport_size(WIDE)
    shared_tab.emulate_media(media="null", color_scheme="light", reduced_motion="null")
    shared_tab.context.clear_permissions()
    everything = {"origin": ADDRESS, "storageTypes": "all"}
    session = shared_tab.context.new_cdp_session(shared_tab)
    session.send("Storage.clearDataForOrigin", everything)
    session.detach()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """Return the empty page; whatever it reports as an error fails the test."""
    errors: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    def note_error(error: Error) -> None:
        errors.append(str(error))

    tab.on("console", note_message)
    tab.on("pageerror", note_error)
    yield tab
    tab.remove_listener("console", note_message)
    tab.remove_listener("pageerror", note_error)
    assert errors == []
