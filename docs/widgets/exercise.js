// An exercise in the page: an editor with the starter, and Check, which runs the reader's program and shows the verdict.
//
// site.js loads this file when an exercise comes near. Python is loaded with the first click on Check. What the reader has
// written is kept in this browser (`saved`) and sent nowhere. What is right and wrong is for lstm_tutorial.exercises to say.

import { asksForOwn, withOwn } from "./own.js"
import { python } from "./python.js"
import { edit, element, load, source, style } from "./run.js"

const STORE = "lstm_tutorial.exercises"

// What the reader has done: { name: { code, passed } }, `passed` being a day or absent.
export const saved = {
  read() {
    try {
      return JSON.parse(localStorage.getItem(STORE)) ?? {}
    } catch {
      return {} // nothing may be stored here, or it is not ours
    }
  },
  write(all) {
    try {
      localStorage.setItem(STORE, JSON.stringify(all))
    } catch {} // then it lasts as long as the page
  },
}

// Judges the answer of the program that has run, and prints the verdict as JSON. What the answer itself prints has been shown.
const verdict = (name, answer) => `
import contextlib, io, json
from lstm_tutorial.exercises import judge
with contextlib.redirect_stdout(io.StringIO()):
    found = judge("${name}", globals().get("${answer}"))
print(json.dumps(found))`

class Exercise {
  constructor(section) {
    Object.assign(this, section.dataset) // name and answer
    this.section = section
    this.code = section.querySelector("pre > code")
    this.built = this.code.innerHTML
    this.check = this.#button("Check ", () => this.run())
    this.check.append(element("small", "", "9 MB, once"))
    this.stop = this.#button("Stop", () => python.stop())
    this.reset = this.#button("Start over", () => this.#reset())
    this.own = this.#button("Use my own", () => this.#useOwn())
    this.own.title = "Put the functions that you have solved in place of ours"
    this.status = element("span", "run-status")
    this.message = element("p", "verdict")
    this.message.role = "status"
    this.output = element("code", "")
    this.box = element("div", "run-output language-text highlight", element("pre", "", this.output))
    const bar = element("div", "run-bar", this.check, this.stop, this.reset, ...(asksForOwn(source(this.code)) ? [this.own] : []), this.status)
    section.querySelector(".run-panel").replaceChildren(bar, this.message, this.box)
    edit(this.code, () => this.run())
    this.code.setAttribute("aria-label", `Your program for ${section.querySelector("h2, h3").firstChild.textContent.trim()}. Control and Enter checks it.`)
    this.code.addEventListener("input", () => this.#save({}))
    const mine = saved.read()[this.name]
    if (mine?.code) this.code.textContent = mine.code
    this.#mark(mine?.passed)
    this.#show(false, "")
    this.box.hidden = true
  }

  #button(text, act) {
    const button = element("button", "run-button", text)
    button.onclick = act
    return button
  }

  #show(running, text) {
    this.running = running
    this.stop.hidden = !running
    this.check.hidden = running
    this.reset.hidden = running || this.code.innerHTML === this.built
    this.own.hidden = running || !asksForOwn(source(this.code))
    this.status.textContent = text
  }

  #mark(passed) {
    this.section.classList.toggle("passed", Boolean(passed))
  }

  #save(change) {
    this.reset.hidden = this.running
    const all = saved.read()
    all[this.name] = { ...all[this.name], code: source(this.code), ...change }
    saved.write(all)
  }

  #reset() {
    if (!confirm("Put the first program back? Yours is lost.")) return
    const all = saved.read(), { passed } = all[this.name] ?? {}
    delete all[this.name]
    saved.write(passed ? { ...all, [this.name]: { passed } } : all)
    this.code.innerHTML = this.built
    this.code.classList.remove("edited")
    this.message.textContent = ""
    this.box.hidden = true
    this.#show(false, "")
    this.code.focus()
  }

  #useOwn() {
    const program = withOwn(source(this.code) + "\n", saved.read())
    if (!program) return this.#show(false, "None of these functions is solved in this browser.")
    this.code.textContent = program
    this.code.classList.add("edited")
    this.#save({})
    this.#show(false, "Yours are in.")
    this.code.focus()
  }

  async run() {
    if (this.running) return
    const text = source(this.code)
    this.message.textContent = ""
    this.message.className = "verdict"
    this.box.hidden = true
    this.#show(true, "")
    load(this.status).then(() => { this.status.textContent = "Checking" }, () => {})
    const mine = await python.run(text, { name: this.name })
    const judged = mine.ok && await python.run(verdict(this.name, this.answer), { name: this.name, above: [text] })
    if (!judged?.ok) return this.#say(false, "The program failed.", mine.output + (mine.error ?? judged.error))
    const [passed, message] = JSON.parse(judged.output)
    this.#say(passed, message, mine.output.replace(`${message}\n`, ""))
    if (passed) this.#save({ passed: new Date().toISOString().slice(0, 10) })
  }

  #say(passed, message, output) {
    this.message.textContent = `${passed ? "✓" : "✗"} ${message}${passed ? " Compare it with our solution below." : ""}`
    this.message.className = `verdict ${passed ? "right" : "wrong"}`
    this.output.textContent = output.trimEnd()
    this.box.hidden = !output.trim()
    if (passed) this.#mark(true)
    this.#show(false, "")
  }
}

let last
document$.subscribe(() => { if (last?.running && !last.section.isConnected) python.stop() }) // the reader has left the page

export const open = section => {
  style()
  const exercise = new Exercise(section)
  exercise.code.addEventListener("focus", () => { last = exercise })
  exercise.check.addEventListener("click", () => { last = exercise })
}
