// The reader's progress in the table of all exercises: what is solved, and a file of it to keep or to carry elsewhere.
//
// exercise.js keeps it in this browser. Nothing is sent anywhere.

import { saved } from "./exercise.js"
import { element, style } from "./run.js"

const links = () => [...document.querySelectorAll("article table a[href*='#']")]
const name = link => link.hash.slice(1)

const button = (text, act) => {
  const made = element("button", "run-button", text)
  made.onclick = act
  return made
}

const save = () => {
  const blob = new Blob([JSON.stringify(saved.read(), null, 1)], { type: "application/json" })
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: "exercises.json" })
  link.click()
  URL.revokeObjectURL(link.href)
}

// Take from a file what is an exercise, and leave everything else.
const read = (text, known) => {
  const found = Object.entries(JSON.parse(text)).filter(([key, { code, passed }]) =>
    known.has(key) && (typeof code === "string" || (code === undefined && passed)) && (passed === undefined || /^\d{4}-\d\d-\d\d$/.test(passed)))
  saved.write(Object.fromEntries(found.map(([key, { code, passed }]) => [key, { code, passed }])))
  return found.length
}

export const open = panel => {
  style()
  const status = element("span", "run-status")
  status.role = "status"
  const show = (text = "") => {
    const all = saved.read()
    for (const link of links()) {
      link.querySelector(".solved")?.remove()
      if (all[name(link)]?.passed) link.prepend(element("span", "solved", "✓ solved: "))
    }
    const solved = links().filter(link => all[name(link)]?.passed).length
    status.textContent = `${text}${solved} of ${links().length} solved. Kept in this browser alone.`
  }
  const file = Object.assign(element("input", ""), { type: "file", accept: ".json", hidden: true })
  file.onchange = async () => {
    try {
      show(`${read(await file.files[0].text(), new Set(links().map(name)))} read. `)
    } catch {
      show("This file holds no exercises. ")
    }
    file.value = ""
  }
  panel.replaceChildren(element("div", "run-bar", status, button("Save as a file", save), button("Read a file", () => file.click()), file))
  show()
}
