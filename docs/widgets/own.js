// Puts what the reader has solved into a program, in place of what it imports of our solutions to "Build it yourself".
//
// The functions that another solved program imports of ours are replaced in the same way, so that nothing of ours comes back
// by a detour. Nothing is run here.

const OURS = /# Ours\. Put your own in their place\.\nfrom lstm_tutorial\.exercises\.build import (?:\(([^)]*)\)|(.*))\n/
const imported = code => {
  const [, lines, line] = code.match(OURS) ?? []
  return (lines ?? line ?? "").split(",").map(name => name.trim()).filter(Boolean)
}

// A program without its check, which would speak of another exercise.
const unchecked = code => code.replace(/^check\(.*\n?/gm, "").replace(/^from lstm_tutorial\.exercises import check\n+/m, "").trim()

export const asksForOwn = code => OURS.test(code)

// The program with the reader's functions, or null where none of them is solved; `saved` is { name: { code, passed } }.
export const withOwn = (code, saved) => {
  const parts = new Map(), missing = new Set() // the programs that go in, by exercise, and what stays ours
  const collect = program => {
    for (const name of imported(program)) {
      const found = Object.entries(saved).find(([exercise, { code, passed }]) => passed && exercise.startsWith("build-") && RegExp(`^def ${name}\\(`, "m").test(code))
      if (!found) missing.add(name)
      else if (!parts.has(found[0])) {
        parts.set(found[0], "")
        collect(found[1].code)
        parts.set(found[0], unchecked(found[1].code.replace(OURS, "")))
      }
    }
  }
  collect(code)
  if (!parts.size) return null
  const ours = missing.size ? `# Ours. Put your own in their place.\nfrom lstm_tutorial.exercises.build import ${[...missing].sort().join(", ")}\n\n` : ""
  const own = [...parts].sort(([a], [b]) => a.slice(6) - b.slice(6)).map(([exercise, program]) => `# Yours, of ${exercise}.\n${program}\n\n\n`)
  return code.replace(OURS, () => ours + own.join("")).replace(/\n{4,}/g, "\n\n\n")
}
