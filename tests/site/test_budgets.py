"""The audit of a page notices when a chapter is over a budget; its code can be copied as a program."""

from playwright.sync_api import Page

from tests.site.audit import BUDGETS
from tests.site.builds import ADDRESS

BROKEN = """() => {
    const article = document.querySelector("article"), block = article.querySelector(".executed")
    for (const name of ["In short", "Check yourself"])
        [...article.querySelectorAll("h2")].find(title => title.textContent.startsWith(name)).remove()
    article.querySelector("figure").before(...Array.from({ length: 40 }, () => block.cloneNode(true)))
    article.querySelector(".admonition").append("word ".repeat(2200))
    block.querySelector("code").append("\\n".repeat(30) + "a long line ".repeat(10))
    for (const answer of article.querySelectorAll("details.answer")) answer.remove()
}"""


def test_each_budget_is_noticed(page: Page) -> None:
    page.goto(f"{ADDRESS}learn/fifteen/")  # until all of it is there
    page.evaluate(BROKEN)
    over = "; ".join(page.evaluate(BUDGETS))
    for sign in ("words", "pixels high", "first picture", "percent code", "lines:", "wider than its box"):
        assert sign in over
    for sign in ('no "In short"', 'no "Check yourself"', "0 questions"):
        assert sign in over


def test_a_block_is_copied_with_all_above_it(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{ADDRESS}learn/memory/", wait_until="networkidle")
    page.evaluate("() => document.querySelectorAll('details').forEach(fold => fold.open = true)")
    blocks = page.locator("article .executed .language-python pre > code").all_text_contents()
    assert page.locator(".copy-program").count() == len(blocks) - 1
    page.locator(".copy-program").nth(1).click()
    page.wait_for_selector(".copy-program.copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "\n\n".join(block.rstrip() for block in blocks[:3]) + "\n"
