// Repairs of the theme for readers who do not use a mouse or a screen: names for landmarks, and a tab stop for
// what scrolls sideways. A block of code can be run where it stands, and copied with those that it needs. And formulas
// that are copied become TeX. Live views are loaded when they come near. A page reads the same without it.

const scrolling = "div.math, figure, .md-typeset__scrollwrap, .md-typeset pre > code, .md-typeset table"

const repair = () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search")
  for (const nav of document.querySelectorAll("nav.md-code__nav")) nav.setAttribute("role", "none")
  for (const box of document.querySelectorAll(scrolling))
    if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0")
    else box.removeAttribute("tabindex")
}

// The program of a page is its executed blocks in order; execute.py marks them.
const program = () => [...document.querySelectorAll("article .executed .language-python pre")]

// Not for a page that was opened as a file, which can load nothing.
const offerRun = (block, buttons, label) => {
  const button = document.createElement("button")
  button.className = "run-button"
  button.innerHTML = label
  button.title = "Run this block, and those above it, in this page. The first time, Python is loaded: 9 MB"
  button.onclick = async () => (await import("../widgets/run.js")).run(block.querySelector("code"))
  button.hidden = location.protocol === "file:"
  buttons.prepend(button)
  block.addEventListener("click", async event => { // a tap with a finger would call the keyboard
    if (event.target.closest("nav") || event.pointerType === "touch" || button.hidden) return
    (await import("../widgets/run.js")).open(block.querySelector("code"))
  })
}

const offerProgram = () => {
  for (const [position, block] of program().entries()) {
    const buttons = block.querySelector("nav.md-code__nav")
    if (!buttons || buttons.querySelector(".run-button")) continue
    offerRun(block, buttons, position === 0 ? "Run<small>9&nbsp;MB, once</small>" : "Run")
    if (position === 0) continue
    const button = document.createElement("button")
    button.className = "md-code__button copy-program"
    button.title = "Copy all code of this page up to here"
    button.addEventListener("click", async () => {
      const code = program().slice(0, position + 1).map(pre => pre.querySelector("code").textContent.trimEnd())
      await navigator.clipboard.writeText(code.join("\n\n") + "\n")
      button.classList.add("copied")
    })
    buttons.querySelector(".md-code__button").title = "Copy this block"
    buttons.append(button)
  }
}

document$.subscribe(() => {
  repair()
  offerProgram()
  let later // looking at what scrolls takes longer than a frame, and a live view changes in each
  const repairLater = () => (clearTimeout(later), (later = setTimeout(repair, 100)))
  new MutationObserver(() => (repairLater(), offerProgram())).observe(document.querySelector("article"), { childList: true, subtree: true })
})
addEventListener("resize", repair)

const opened = new WeakSet() // a page may be watched again, and a figure is opened once
const near = new IntersectionObserver(figures => {
  for (const { isIntersecting, target } of figures)
    if (isIntersecting && !opened.has(target)) {
      opened.add(target)
      near.unobserve(target)
      import(`../widgets/${target.dataset.view}.js`).then(view => view.open(target))
    }
}, { rootMargin: "50%" })

// And not before the reader does something, so that a page is light that has one on its first screen.
let touched = location.hash !== ""
const watch = () => {
  if (touched) for (const figure of document.querySelectorAll("[data-view]")) near.observe(figure)
}
const touch = () => touched || ((touched = true), watch())
for (const sign of ["pointermove", "touchstart", "keydown", "scroll"]) addEventListener(sign, touch, { once: true, passive: true })
document$.subscribe(watch)

// The page holds a formula twice, as MathML and as boxes; a copy holds it once, as its source without our colors.
const source = formula => formula.querySelector("annotation").textContent.replace(/\\(?:forget|inp|cand|outp|cell|hid)(?=\{)/g, "")

addEventListener("copy", event => {
  const selection = getSelection()
  if (selection.isCollapsed) return
  const range = selection.getRangeAt(0).cloneRange()
  const around = node => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest(".katex")
  const first = around(range.startContainer), last = around(range.endContainer)
  if (first) range.setStartBefore(first)
  if (last) range.setEndAfter(last)
  const box = document.createElement("div")
  box.append(range.cloneContents())
  const formulas = [...box.querySelectorAll(".katex")]
  if (formulas.length === 0) return
  const alone = formulas.length === 1 && box.textContent.trim() === formulas[0].textContent
  for (const formula of formulas) {
    const sign = alone ? "" : formula.closest(".katex-display") ? "$$" : "$"
    formula.replaceWith(sign + source(formula) + sign)
  }
  box.style.cssText = "position: fixed; left: 100%; white-space: normal"
  document.body.append(box) // only what is laid out knows its lines
  event.clipboardData.setData("text/plain", box.innerText)
  box.remove()
  event.preventDefault()
})
