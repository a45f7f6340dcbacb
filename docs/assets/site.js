// Repairs of the theme for readers who do not use a mouse or a screen: names for landmarks, and a tab stop for
// what scrolls sideways. A page reads the same without it.

const repair = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search")
  for (const nav of document.querySelectorAll("nav.md-code__nav")) nav.setAttribute("role", "none")
  for (const box of document.querySelectorAll("div.math, .md-typeset__scrollwrap, .md-typeset pre > code, .md-typeset table"))
    if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0")
}

document$.subscribe(() => {
  repair()
  new MutationObserver(repair).observe(document.querySelector("article"), { childList: true, subtree: true })
})
addEventListener("resize", repair)
