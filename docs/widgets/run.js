// Run: an executed block of a page, run where it stands, after those above it, and open for changes.
//
// site.js loads this file with the first click on Run, or on code. Under the block it shows what the reader's run printed, and marks
// the lines that differ from what the page printed when it was built.

import { python } from "./python.js"

export const source = code => code.innerText.trimEnd()
const blocks = () => [...document.querySelectorAll("article .executed .language-python pre > code")]
const draws = text => /^\s*(?:import|from)\s+matplotlib\b/m.test(text)
const TEXTBOX = { role: "textbox", "aria-multiline": "true", "aria-label": "Code. Control and Enter runs it.", spellcheck: "false" }
const panels = new WeakMap() // what is under a block, by its <code>

// Load Python, and say in an element how far it is.
export const load = status => {
  const isThere = document.documentElement.classList.contains("with-python") // in the browser's store
  status.textContent = isThere ? "Starting Python" : "Loading Python: 9 MB, once"
  return python.load(share => {
    status.textContent = share < 1 && !isThere ? `Loading Python: ${Math.round(9 * share)} of 9 MB, once` : "Starting Python, which can take half a minute"
  }).then(() => document.documentElement.classList.add("with-python"))
}

export const element = (tag, className, ...children) => {
  const made = document.createElement(tag)
  made.className = className
  made.append(...children)
  return made
}

// Open code for changes; Ctrl+Enter runs it, and a new line begins below the one before it.
export const edit = (code, run) => {
  try {
    code.contentEditable = "plaintext-only"
  } catch {
    code.contentEditable = "true"
  }
  for (const [name, value] of Object.entries(TEXTBOX)) code.setAttribute(name, value)
  code.oninput = () => code.classList.add("edited") // its colors are those of the code that was there
  code.onkeydown = event => {
    if (event.key === "Backspace") return outdent(event, code)
    if (event.key !== "Enter") return
    event.preventDefault()
    if (event.ctrlKey || event.metaKey) return run()
    const line = before(code)
    const indent = line.match(/^ */)[0] + (line.trimEnd().endsWith(":") ? "    " : "")
    document.execCommand("insertText", false, "\n" + indent)
  }
}

// The code of this line, up to the cursor.
const before = code => {
  const range = getSelection().getRangeAt(0).cloneRange()
  range.setStart(code, 0)
  return range.toString().split("\n").pop()
}

// Backspace in the spaces before a line takes away a level of them.
const outdent = (event, code) => {
  const line = before(code)
  if (!getSelection().isCollapsed || !/^ +$/.test(line)) return
  event.preventDefault()
  for (let k = ((line.length - 1) % 4) + 1; k > 0; k--) document.execCommand("delete")
}

class Panel {
  constructor(code) {
    this.code = code
    this.built = code.innerHTML
    this.printed = code.closest(".executed").querySelector(".language-text code")?.textContent.trimEnd() ?? ""
    this.status = element("span", "run-status")
    this.status.role = "status"
    this.stop = this.#button("Stop", () => python.stop())
    this.reset = this.#button("Reset", () => this.#reset())
    this.output = element("code", "")
    this.box = element("div", "run-output language-text highlight", element("pre", "", this.output))
    this.box.hidden = true
    this.panel = element("div", "run-panel", element("div", "run-bar", this.status, this.stop, this.reset), this.box)
    this.panel.hidden = true // until there is something to say
    code.closest(".executed").append(this.panel)
    edit(code, () => this.run())
    code.addEventListener("input", () => this.panel.hidden && this.#show(false, "Ctrl+Enter runs it."))
  }

  #button(text, act) {
    const button = element("button", "run-button", text)
    button.onclick = act
    return button
  }

  #reset() {
    this.code.innerHTML = this.built
    for (const name of ["contenteditable", ...Object.keys(TEXTBOX)]) this.code.removeAttribute(name)
    this.code.onkeydown = this.code.oninput = null
    this.code.classList.remove("edited")
    this.panel.remove()
    panels.delete(this.code)
    this.code.closest(".executed").querySelector(".run-button").focus()
  }

  #show(running, text) {
    this.panel.hidden = false
    this.running = running
    this.stop.hidden = !running
    this.reset.hidden = running
    this.status.textContent = text
  }

  async run() {
    if (this.running) return
    const text = source(this.code)
    this.box.hidden = true
    if (draws(text)) return this.#show(false, "This block draws with Matplotlib, which needs a Python of your own: copy the block and run it there.")
    const above = blocks().slice(0, blocks().indexOf(this.code)).map(source).filter(text => !draws(text))
    this.output.textContent = ""
    this.#show(true, "")
    this.panel.scrollIntoView({ block: "nearest" })
    load(this.status).then(() => { this.status.textContent = "Running" }, () => {})
    const onOutput = piece => {
      this.output.append(piece)
      this.box.hidden = false
    }
    const { error, output } = await python.run(text, { name: location.pathname, above, onOutput })
    if (error === null) this.#compare(output.trimEnd())
    else this.#fail(error, above.length + 1)
  }

  // Mark the lines that are not the page's.
  #compare(output) {
    const lines = output ? output.split("\n") : []
    const same = common(this.printed ? this.printed.split("\n") : [], lines)
    const number = lines.length - same.size
    this.output.replaceChildren(...lines.flatMap((line, k) => [same.has(k) || !this.printed ? line : element("mark", "", line || " "), "\n"]))
    const result = lines.length === 0 ? "It printed nothing."
      : this.printed === output ? "It printed the same."
      : this.printed === "" ? "This is what it printed."
      : number === 0 ? "It printed fewer lines."
      : `${number} of ${lines.length} lines ${number === 1 ? "differs" : "differ"}.`
    this.#show(false, `${result} Change the code and run it again: Ctrl+Enter.`)
  }

  #fail(error, own) {
    const place = Number(error.match(/File "<block (\d+)>"/)?.[1] ?? own)
    const isTraceback = /^(?:Traceback|  File)/.test(error)
    if (isTraceback) this.output.append(error)
    this.box.hidden = !this.output.textContent
    this.#show(false, !isTraceback ? error : place < own ? `Block ${place} of this page, which runs before this one, failed.` : `The code failed. ${error.trimEnd().split("\n").pop()}`)
  }
}

// The positions in `after` of a longest common subsequence of two lists of lines.
const common = (before, after) => {
  if (before.length * after.length > 1e6) return new Set([...after.keys()].filter(k => before[k] === after[k]))
  const length = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) for (let k = after.length - 1; k >= 0; k--)
    length[i][k] = before[i] === after[k] ? length[i + 1][k + 1] + 1 : Math.max(length[i + 1][k], length[i][k + 1])
  const found = new Set()
  for (let i = 0, k = 0; i < before.length && k < after.length;) {
    if (before[i] === after[k]) { found.add(k); i++; k++ }
    else if (length[i + 1][k] >= length[i][k + 1]) i++
    else k++
  }
  return found
}

export const style = () => { // an instant navigation takes away what the new page does not name
  const href = new URL("run.css", import.meta.url).href
  if (document.querySelector(`link[href="${href}"]`)) return
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }))
}

const panelOf = code => {
  style()
  if (!panels.has(code)) panels.set(code, new Panel(code))
  return panels.get(code)
}

// Open the block of a <code> for changes, with the cursor where the reader has put it.
export const open = code => {
  panelOf(code)
  if (getSelection().isCollapsed) code.focus({ preventScroll: true })
}

let last
document$.subscribe(() => { if (last?.running && !last.code.isConnected) python.stop() }) // the reader has left the page

// Run the block of a <code>.
export const run = code => {
  last = panelOf(code)
  return last.run()
}
