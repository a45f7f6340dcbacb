"""The live views of docs/widgets: they compute what the package computes, and every reader can use them.

A test runs for every view that a page shows, unless it names one. What a view looks like is for a reader to
judge.
"""

import gzip
import io
import json
import re
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, ViewportSize

from lstm_tutorial import LSTM, RNN, softmax, trace_sequence
from lstm_tutorial.text import comedies, encode, inputs, probabilities, sample, trained_on_comedies
from scripts.figures import horizon
from tests.docs.pages import all_pages, text_of
from tests.site.audit import NARROW, WIDE, file_for, open_to_go_on, shift, violations
from tests.site.builds import ADDRESS, ROOT

FOLDER = ROOT / "docs/widgets"
SHARED = ("lstm.js", "draw.js", "plot.js", "live.css")
LIMIT, SCRIPTS = 15_000, 60_000  # bytes, compressed: a view with all that it loads; scripts before a touch
PAGES = {
    f"{view} in {page}": (view, page.removesuffix(".md") + "/")
    for page in all_pages()
    for view in re.findall(r'<figure[^>]* data-view="(\w+)"', text_of(page))
}
VIEWS = dict(reversed(PAGES.values()))  # each view, and the first page that shows it
every_view = pytest.mark.parametrize("name", VIEWS)
every_place = pytest.mark.parametrize(("name", "path"), PAGES.values(), ids=PAGES)

GO_BACK = """async states => {
    const core = await import("/widgets/lstm.js")
    const { step, stepBackward, weightGradients, plainStep, plainBackward } = core
    return JSON.stringify(JSON.parse(states).map(({ W, b, x, h, c, dh, dc, U, bias }) => {
        const values = step({ W, b }, x, h, c), now = plainStep({ W: U, b: bias }, x, h)
        const plain = { h: now, h_prev: plainBackward({ W: U }, now, dh) }
        const back = stepBackward({ W }, values, dh, dc)
        return [values, { ...back, ...weightGradients(values, back) }, plain]
    }))
}"""
LOADED = """() => performance.getEntriesByType("resource").map(({ name }) => name)
    .filter(name => name.endsWith(".js"))"""
LATER = "new Promise(done => setTimeout(done, 400))"  # the address follows 300 ms after the last change
NUMBERS = """async ([name, states]) => {
    const { view } = await import(`/widgets/${name}.js`)
    const fields = view.controls.filter(({ key }) => key)
    const initial = Object.fromEntries(fields.map(({ key, value }) => [key, value]))
    const found = []
    for (const change of states) {
        const state = { ...initial, ...change }
        if (view.work) for await (const said of view.work(state));
        found.push([view.numbers(state), view.python(state)])
    }
    return found
}"""
RANDOM = """async seeds => {
    const { generator } = await import("/widgets/random.js")
    return seeds.map(seed => Array.from({ length: 100 }, generator(seed)))
}"""
WRITTEN = """async states => {
    const { view, textOf, ALPHABET } = await import("/widgets/write.js")
    const found = []
    for (const state of states) {
        for await (const said of view.work(state));
        const { letters, cs, ys, bits } = textOf(state)
        const text = letters.map(k => ALPHABET[k]).join("")
        found.push({ text, cs, ys, bits, numbers: view.numbers(state) })
    }
    return found
}"""
DRAWN = """drawing => {
    const names = ["class", "style", "d", "x", "y", "text-anchor"]
    const parts = [...drawing.querySelectorAll("path, text")].map(element =>
        names.map(name => element.getAttribute(name)?.replace(/;$/, "")).concat(element.textContent))
    return [...parts.sort(), drawing.getAttribute("viewBox"), drawing.getAttribute("aria-label")]
}"""


@cache
def tries(name: str) -> list[dict[str, Any]]:
    """Return the states that the links under a view bring it into."""
    text = text_of(VIEWS[name].removesuffix("/") + ".md")
    return [state_of(found) for found in re.findall(rf"\?{name}=([^#]*)#", text)]


def state_of(query: str) -> dict[str, Any]:
    """Read a state as the address has it."""
    pairs = (unquote(pair).split(":", 1) for pair in query.split(",") if pair)
    return {key: float(value) if re.fullmatch(r"-?[\d.]+", value) else value for key, value in pairs}


def figure_of(page: Page, name: str) -> Locator:
    """Go to the figure and wait until its view has come."""
    figure = page.locator(f"figure[data-view={name}]")
    figure.scroll_into_view_if_needed()
    page.keyboard.press("Shift")  # where there was nothing to scroll
    page.locator(f"figure[data-view={name}].ready").wait_for()
    return figure


def open_view(page: Page, name: str, path: str) -> Locator:
    """Open a page and press the first link under the view."""
    page.goto(ADDRESS + path)
    figure = figure_of(page, name)
    figure.locator(".try a").first.click()
    figure.locator(".live").wait_for()
    return figure


def open_address(page: Page, address: str) -> None:
    """Open an address anew, also where it is that of the page with another anchor."""
    page.goto("about:blank")
    page.goto(address)


def seen(figure: Locator) -> tuple[str, list[str]]:
    """Return what a view says and what it shows, when its work is done."""
    figure.locator("xpath=self::*[not(@aria-busy)]").wait_for()
    return figure.locator(".live-say").inner_text(), figure.locator(".live-number").all_text_contents()


def test_the_core_computes_what_the_package_computes(page: Page) -> None:
    """A thousand random states, from small to saturated, one step forward and back, in both networks."""
    D, H, rng = 2, 3, np.random.default_rng(0)
    lstm, rnn = LSTM(D, H, None), RNN(D, H, None)
    states, expected = [], []
    for _ in range(1000):
        for network in (lstm, rnn):
            for array in network.parameters().values():
                array[...] = rng.standard_normal(array.shape) * rng.choice([0.1, 1.0, 10.0])
        x, h, c = (
            rng.standard_normal((D, 1)),
            np.tanh(rng.standard_normal((H, 1))),
            3 * rng.standard_normal((H, 1)),
        )
        dh, dc = rng.standard_normal((2, H, 1))
        step, now = lstm.step(x, h, c), rnn.step(x, h)
        back = rnn.step_backward(now, dh)
        expected.append(
            (step._asdict(), lstm.step_backward(step, dh, dc), {"h": now.h, "h_prev": back["h_prev"]})
        )
        weights = {"W": lstm._W, "b": lstm._b[..., 0], "U": rnn.Wh, "bias": rnn.Wh_bias[:, 0]}
        vectors = {"x": x, "h": h, "c": c, "dh": dh, "dc": dc}
        flat = weights | {key: vector[:, 0] for key, vector in vectors.items()}
        states.append({key: array.tolist() for key, array in flat.items()})
    page.goto(ADDRESS)
    for ours, theirs in zip(json.loads(page.evaluate(GO_BACK, json.dumps(states))), expected, strict=True):
        for mine, packages in zip(ours, theirs, strict=True):
            for key in packages.keys() - {"y"}:
                array = packages[key] if key.startswith("W") and "bias" not in key else packages[key][:, 0]
                np.testing.assert_allclose(mine[key], array, rtol=1e-12, atol=1e-12, err_msg=key)


@every_view
def test_its_program_prints_its_numbers(name: str, page: Page) -> None:
    page.goto(ADDRESS)
    for numbers, program in page.evaluate(NUMBERS, [name, [{}, *tries(name)]]):
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(program, f"{name}.py", "exec"), {"__name__": "__main__"})
        lines = dict(re.findall(r"^(\S+) = (\S+)", printed.getvalue(), flags=re.MULTILINE))
        assert lines.keys() == numbers.keys()
        for key, value in numbers.items():
            assert float(lines[key]) == pytest.approx(value, rel=1e-5, abs=1e-15), key
        assert max(map(len, program.splitlines())) <= 100


def test_the_plot_of_the_horizon_shows_the_first_state_of_its_view(page: Page) -> None:
    page.goto(ADDRESS)
    numbers, _ = page.evaluate(NUMBERS, ["horizon", [{}]])[0]
    for name, profile in horizon.left().items():
        assert numbers[name] == pytest.approx(profile[horizon.LAG], rel=1e-9)


@every_place
def test_it_is_driven_by_keys_and_its_link_brings_it_back(name: str, path: str, page: Page) -> None:
    page.goto(ADDRESS + path)
    figure = figure_of(page, name)
    assert figure.locator(".live").count() == 0, "nothing is computed before a touch"
    figure.locator(".try a").first.focus()
    page.keyboard.press("Enter")
    figure.locator(".live").wait_for()
    before = seen(figure)
    for _ in range(figure.locator(".try a").count() + 3):  # the other links, two copies and the reset
        page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate("e => e.matches('.live-panel input, .live-panel select')")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    after = seen(figure)
    assert after != before
    assert before[0] != after[0], "the sentence says so"
    page.wait_for_function("() => location.search !== ''")
    page.evaluate(LATER)
    address = page.url
    open_address(page, address)
    figure.locator(".live").wait_for()
    assert seen(figure) == after
    assert page.evaluate("scrollY") > 0, "the link leads to the figure"


@every_view
def test_what_is_copied_is_its_program_and_its_link(name: str, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    figure = open_view(page, name, VIEWS[name])
    figure.get_by_text("Copy link").click()
    figure.get_by_text("Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{ADDRESS}{VIEWS[name]}?{name}=")
    state = state_of(re.search(r"=([^#]*)#", link)[1])  # type: ignore[index]
    assert state.items() >= tries(name)[0].items()
    figure.get_by_text("Copy as Python").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('import numpy')")
    assert page.evaluate("navigator.clipboard.readText()") == page.evaluate(NUMBERS, [name, [state]])[0][1]


@every_view
def test_an_address_that_makes_no_sense_breaks_nothing(name: str, page: Page) -> None:
    """The first one is that of the page; the others are those of a link, which is read in the same way."""
    halves = ",".join(f"{key}:1.5" for key in tries(name)[0])
    page.goto(f"{ADDRESS}{VIEWS[name]}?{name}=%")
    figure = figure_of(page, name)
    first = seen(figure)
    assert not re.search("NaN|undefined", first[0])
    figure.get_by_text("Reset").click()
    assert seen(figure) == first, "the first state"
    link = figure.locator(".try a").first
    for query in (
        "",
        "1",
        "x:NaN,f:1e999,i:,:::,o:<b>,c:-1e400",
        "%22%3E,x",
        "x:%E0%A4%A,prime:%",
        "letters:50.7,unit:1.5,time:1.5",
        halves,
    ):
        link.evaluate("(link, query) => { link.search = query; link.click() }", f"?{name}={query}")
        assert not re.search("NaN|undefined", seen(figure)[0])


@every_place
@pytest.mark.parametrize("width", [WIDE, NARROW], ids=["wide", "narrow"])
def test_it_comes_with_the_reader_and_moves_nothing(
    name: str, path: str, width: ViewportSize, tab: Page, site: Path
) -> None:
    """It waits until the reader comes near. Reading past it shifts nothing, nor does opening it by a link.

    Fonts are left out of this, which is an error: text in them is a little longer than before they came.
    """
    tab.set_viewport_size(width)
    tab.route(re.compile("woff2$"), lambda route: route.abort())
    tab.goto(ADDRESS + path, wait_until="networkidle")
    scripts = tab.evaluate(LOADED)
    files = [file_for(site, script) for script in scripts]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files if file) <= SCRIPTS
    assert not any("/widgets/" in script for script in scripts)
    link = figure_of(tab, name).locator(".try a").first.evaluate("link => link.href")
    assert sum(f"/widgets/{name}.js" in script for script in tab.evaluate(LOADED)) == 1
    tab.mouse.wheel(0, 300)
    tab.wait_for_timeout(300)
    assert shift(tab) < 0.01
    tab.goto(link)
    tab.locator(f"figure[data-view={name}].ready .live").wait_for()
    tab.wait_for_timeout(300)
    assert shift(tab) < 0.01
    assert tab.evaluate("document.documentElement.scrollWidth") <= width["width"]


@every_place
def test_it_is_accessible_when_it_is_open(name: str, path: str, page: Page) -> None:
    figure = open_view(page, name, path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f"body[data-md-color-scheme={'default' if scheme == 'light' else 'slate'}]")
        assert violations(page, f"figure[data-view={name}]") == []
    small = figure.locator(".live :is(input, select, button)").evaluate_all(
        """fields => fields.filter(field => field.getBoundingClientRect().height < 24)
            .map(field => field.outerHTML)"""
    )
    assert small == [], "too small for a finger"


def test_what_a_link_of_the_cell_does_not_name_stays(page: Page) -> None:
    """Store, next step, keep: the links are pressed like buttons, and the bit is kept."""
    figure = open_view(page, "cell", VIEWS["cell"])  # by "store"
    figure.get_by_role("button", name="Next step").click()
    figure.get_by_role("link", name="keep").focus()
    page.keyboard.press("Space")
    assert "keeps 99.8% of its old cell state, 0.99" in seen(figure)[0]
    assert figure.get_by_role("link", name="keep").get_attribute("aria-current") == "true"


def test_a_caption_says_when_it_tells_another_state(page: Page) -> None:
    figure = open_view(page, "cell", VIEWS["cell"])  # by "store"
    note = "e => getComputedStyle(e, '::after').content"
    assert figure.locator(".figure-number").evaluate(note) == '", as it was at first"'
    figure.get_by_role("button", name="Reset").click()
    assert figure.locator(".figure-number").evaluate(note) == "none"


def test_a_link_that_does_not_fit_is_told(page: Page) -> None:
    """What is left of it is shown."""
    told = "Part of the link does not fit and was left out."
    for state, fits in (("f:6,i:-2.5", True), ("f:6,i:99", False), ("f:6,i", False), ("f:6,g:1", False)):
        page.goto(f"{ADDRESS}{VIEWS['cell']}?cell={state}")
        figure = figure_of(page, "cell")
        assert (told in figure.inner_text()) != fits
        assert "keeps <b>99.8%" in figure.locator(".live-say").inner_html(), "with f at 6"


def test_a_changed_network_is_compared_with_the_unchanged_one(page: Page) -> None:
    page.goto(
        f"{ADDRESS}learn/inside/?inside=time:24,change:f0,string:BPBTSSXXVVEPE#try-the-network",
        wait_until="networkidle",
    )
    figure = figure_of(page, "inside")
    assert "Unchanged, it would expect P most" in seen(figure)[0]
    assert figure.locator("output").first.inner_text() == "13 of 13"
    assert figure.locator("input[type=range]").first.get_attribute("max") == "13"


def test_a_copy_moves_no_button(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size(NARROW)
    figure = open_view(page, "cell", VIEWS["cell"])
    reset = figure.get_by_role("button", name="Reset")
    before = reset.bounding_box()
    figure.get_by_text("Copy as Python").click()
    figure.get_by_text("Copied").wait_for()
    assert reset.bounding_box() == before


def test_a_symbol_lights_up_wherever_it_stands(page: Page) -> None:
    """In the tiles, in the equations of the unit and in the code of the page; by pointer and by keys."""
    figure = open_view(page, "flow", VIEWS["flow"])
    figure.locator(".live-symbol.gate-candidate").first.focus()
    outlined = "all => all.map(e => getComputedStyle(e).outlineStyle)"
    for place in (".live-symbol", "pre", ".live-row"):
        everywhere = page.locator(f"article :is({place}.gate-candidate, {place} .gate-candidate)")
        assert set(everywhere.evaluate_all(outlined)) == {"solid"}, place
    page.locator("article pre .gate-output").first.hover()
    assert page.locator("article").get_attribute("data-lit") == "output"
    page.locator("article h1").hover()
    assert page.locator("article").get_attribute("data-lit") == "candidate", "which has the focus"


@every_view
def test_it_is_light(name: str, page: Page) -> None:
    """All code that it loads, without the weights of `write`, which come when the reader touches it."""
    own = re.findall(r'from "\./(\w+\.js)"', (FOLDER / f"{name}.js").read_text())
    files = {f"{name}.js", *own, *SHARED}
    sizes = {file: len(gzip.compress((FOLDER / file).read_bytes())) for file in files}
    assert sum(sizes.values()) <= LIMIT, sizes


def test_random_numbers_are_those_of_numpy(page: Page) -> None:
    seeds = [0, 1, 2, 42, 99, 2**31, 2**32 - 1]
    page.goto(ADDRESS)
    for seed, numbers in zip(seeds, page.evaluate(RANDOM, seeds), strict=True):
        assert numbers == np.random.default_rng(seed).random(100).tolist()


def test_what_is_written_is_what_the_package_writes(page: Page) -> None:
    """The same letters, all cell states and outputs after each, and the numbers that are shown."""
    lstm, alphabet = trained_on_comedies(), comedies().alphabet
    states: list[dict[str, Any]] = [
        {"temperature": 0.6, "top_k": 65, "seed": 1, "letters": 400, "unit": 116, "prime": "ROSALIND.\n"},
        {"temperature": 2, "top_k": 65, "seed": 2, "letters": 300, "unit": 0, "prime": "["},
        {"temperature": 1, "top_k": 3, "seed": 99, "letters": 200, "unit": 255, "prime": 'A "merry" & what'},
        {"temperature": 0, "top_k": 65, "seed": 0, "letters": 100, "unit": 7, "prime": "O, that I "},
    ]
    page.goto(ADDRESS)
    for state, ours in zip(states, page.evaluate(WRITTEN, states), strict=True):
        prime, options = state["prime"], {name: state[name] for name in ("temperature", "top_k")}
        text = prime + sample(lstm, prime, state["letters"], alphabet, **options, rng=state["seed"])
        assert ours["text"] == text
        numbers = encode(text, alphabet)  # (T,)
        trace = trace_sequence(lstm, inputs(lstm, numbers[:, None]))
        y = trace.y[:, :, 0]  # (T, O)
        np.testing.assert_allclose(ours["cs"], trace.c[:, :, 0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(ours["ys"], y, rtol=1e-12, atol=1e-12)
        before = softmax(y.T)[numbers[1:], np.arange(len(text) - 1)]  # (T-1,)
        bits = -np.log2(before[len(prime) - 1 :])  # of each letter that was written
        np.testing.assert_allclose(ours["bits"], bits, rtol=1e-12, atol=1e-12)
        likeliest = np.sort(probabilities(y[-1], **options))[:-4:-1]
        shown = [bits.mean(), trace.c[-1, state["unit"], 0], *likeliest]
        np.testing.assert_allclose(list(ours["numbers"].values()), shown, rtol=1e-12, atol=1e-12)


def test_the_written_text_of_the_figure_is_the_first_state_of_its_view(page: Page) -> None:
    page.goto(ADDRESS + VIEWS["write"])
    drawing = page.locator("figure[data-view=write] svg")
    before, box = drawing.evaluate(DRAWN), drawing.get_attribute("viewBox")
    figure = open_view(page, "write", VIEWS["write"])
    seen(figure)
    assert drawing.evaluate(DRAWN) != before
    assert drawing.get_attribute("viewBox") == box, "a longer text moves what is below"
    page.goto(f"{ADDRESS}{VIEWS['write']}?write=#{figure.get_attribute('id')}")
    figure.locator(".live").wait_for()
    seen(figure)
    assert drawing.evaluate(DRAWN) == before


def test_a_network_is_loaded_when_it_is_touched_and_a_failure_is_told(tab: Page) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.fallback()

    tab.route("**/write.safetensors", answer)
    tab.goto(ADDRESS + VIEWS["write"])
    figure = figure_of(tab, "write")
    tab.wait_for_load_state("networkidle")
    assert asked == []
    figure.locator(".try a").first.click()
    assert seen(figure)[0].startswith("The network could not be loaded")
    figure.get_by_text("Write another text").click()
    assert seen(figure)[0].startswith("At temperature 2.00")
    figure.get_by_text("Write another text").click()
    seen(figure)
    assert len(asked) == 2, "once when it went well"
    size = (FOLDER.parents[1] / "lstm_tutorial/data/comedies.safetensors").stat().st_size
    assert f"{size / 1e6:.1f} MB" in (FOLDER / "write.js").read_text()
    assert f"{size / 1e6:.1f} MB" in figure.locator(".try").inner_text()


def test_a_prime_of_ones_own_goes_along_in_the_link_and_an_unknown_letter_is_told(page: Page) -> None:
    figure = open_view(page, "write", VIEWS["write"])
    before = seen(figure)
    field = figure.locator("textarea")
    field.fill("No 7, Züri")
    assert figure.locator("small").inner_text() == "The network has never seen 7 Z ü"
    assert field.get_attribute("aria-invalid") == "true"
    assert seen(figure) == before, "nothing is written"
    field.fill("")
    assert figure.locator("small").inner_text() == "At least one letter"
    field.fill("“Go, [ay]; 'tis: so & so?”\n")
    assert figure.locator("small").inner_text() == ""
    after = seen(figure)
    assert after[0] != before[0]
    label = figure.locator("svg").get_attribute("aria-label")
    assert '"Go, [ay]; \'tis: so & so?"\n' in str(label)
    page.evaluate(LATER)
    start, state, anchor = re.split(r"(?<=write=)(.*)(?=#)", page.url)
    for address in (page.url, start + quote(state, safe="") + anchor):
        open_address(page, address)
        figure.locator(".live").wait_for()
        assert seen(figure) == after
        assert figure.locator("svg").get_attribute("aria-label") == label


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_text_grows_only_where_motion_is_welcome(motion: Any, page: Page) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto(ADDRESS + VIEWS["write"])
    figure = figure_of(page, "write")
    figure.evaluate(
        """figure => {
            window.drawn = 0
            const drawings = ({ addedNodes }) => [...addedNodes].filter(node => node.matches?.("svg.letters"))
            new MutationObserver(changes => drawn += changes.flatMap(drawings).length)
                .observe(figure, { childList: true, subtree: true })
        }"""
    )
    figure.locator(".try a").first.click()
    figure.locator(".live").wait_for()
    seen(figure)
    drawn = page.evaluate("drawn")
    assert drawn == 1 if motion == "reduce" else drawn > 1


def test_without_scripts_the_figures_stay(chromium: Browser, site: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for name, path in VIEWS.items():
        page.goto((site / path / "index.html").as_uri())
        assert page.locator(f"figure[data-view={name}] svg").first.is_visible(), name
        assert not page.locator(".try").first.is_visible(), name
    context.close()


@every_view
def test_it_works_in_any_folder_and_after_an_instant_navigation(name: str, site: Path, page: Page) -> None:
    open_to_go_on(page, "reference/notation/")
    page.evaluate("window.sameDocument = true")
    page.locator(f"a[href*='{VIEWS[name]}']").first.evaluate("link => link.click()")
    page.wait_for_url(ADDRESS + VIEWS[name])
    figure = figure_of(page, name)
    figure.locator(".try a").last.click()
    figure.locator(".live").wait_for()
    assert page.evaluate("window.sameDocument"), "the navigation was not instant"

    def from_folder(route: Route) -> None:
        path = file_for(site, route.request.url.replace("some/folder/", ""))
        route.fulfill(path=path or site / "404.html", status=200 if path else 404)

    page.route("**/*", from_folder)
    page.goto(f"{ADDRESS}some/folder/{VIEWS[name]}")
    figure = figure_of(page, name)
    figure.locator(".try a").first.click()
    figure.locator(".live").wait_for()
