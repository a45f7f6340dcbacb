"""The site can be read without a server, from its zip file, and from any folder of any server."""

import re
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, Route

from scripts.site.offline import NAME, pack
from tests.site.audit import FORMULA_IS_SET, file_for
from tests.site.builds import ADDRESS
from tests.site.html import pages
from tests.site.small import build

FOLDER = ADDRESS + "some/folder/"


class Watched:
    """A page, and what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on(
            "console", lambda message: self.wrong.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(request.url))

    def shows_formulas_and_figures(self) -> bool:
        """Tell whether a formula stands in its own font, and a figure is drawn."""
        self.page.wait_for_function(FORMULA_IS_SET)
        assert self.page.locator("article .katex-html").first.is_visible()
        return self.page.locator("article figure svg text").first.is_visible()


@pytest.fixture(scope="module")
def unzipped(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the zip file unfolds into."""
    folder = tmp_path_factory.mktemp("a reader's folder")
    (folder / "site.zip").write_bytes(pack(site))
    with ZipFile(folder / "site.zip") as archive:
        archive.extractall(folder)
    return folder / NAME


def test_the_zip_file_reads_without_a_server(unzipped: Path, chromium: Browser) -> None:
    context = chromium.new_context()
    watched = Watched(context.new_page())
    page = watched.page
    page.goto((unzipped / "index.html").as_uri(), wait_until="networkidle")
    page.locator("article a[href*='learn/cell/']:visible").first.click()
    page.wait_for_url("**/learn/cell/index.html*")
    assert watched.shows_formulas_and_figures()
    assert page.locator(".md-search, [for=__search]").count() == 0
    assert not list(unzipped.rglob("*.safetensors")), "which only a view loads"
    assert watched.wrong == []
    context.close()


def test_every_link_in_the_zip_file_leads_to_a_file(unzipped: Path, site: Path) -> None:
    assert {*pages(unzipped), Path("404.html")} == set(pages(site))
    for page in pages(unzipped):
        text = (unzipped / page).read_text(encoding="utf-8")
        for address in re.findall(r'[ :](?:href|src)="(?!\w+:)([^"#?]+)', text):
            assert (unzipped / page.parent / address).is_file(), f"{page}: {address}"


def test_the_zip_file_is_the_same_each_time(site: Path) -> None:
    assert pack(site) == pack(site)


def test_a_site_without_an_address_works_in_any_folder(
    whole: Path, chromium: Browser, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(whole, tmp_path / "project"))
    assert build(project, SITE_URL="").returncode == 0

    def serve(route: Route) -> None:
        path = file_for(project / "site", route.request.url.replace(FOLDER, ADDRESS))
        route.fulfill(path=path or project / "site/404.html", status=200 if path else 404)

    context = chromium.new_context()
    context.route("**/*", serve)
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(FOLDER, wait_until="networkidle")
    assert watched.shows_formulas_and_figures()
    page.locator("article a[href*=other]").first.click()
    page.wait_for_url(FOLDER + "other/")
    assert watched.wrong == []
    page.goto(FOLDER + "no/such/page/")
    page.wait_for_url(FOLDER + "404.html")
    page.wait_for_load_state("networkidle")
    assert page.locator("article h1").inner_text() == "This page does not exist"
    assert page.locator("body").evaluate("e => getComputedStyle(e).getPropertyValue('--page')") != ""
    page.locator("article a").first.click()
    page.wait_for_url(FOLDER)
    context.close()
