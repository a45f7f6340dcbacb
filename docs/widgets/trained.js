// What the views of trained networks share: the weights of docs/records/inside, as 32-bit numbers in base64, the program that
// reads them with the package, the values that a reader may hold, and a map of tiles. The figures of the same names write the
// weights (scripts/plotting/inside.py).
import { svg } from "./draw.js"
import { product } from "./lstm.js"

export const load = async (name, D, H, O) => {
  const text = (await (await fetch(new URL(`../_generated/${name}.txt`, import.meta.url))).text()).trim()
  const numbers = new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer)
  let k = 0
  const take = (size, ...rest) => Array.from({ length: size }, () => (rest.length ? take(...rest) : numbers.getFloat32(4 * k++, true)))
  const network = { W: take(4, H, D + H), b: take(4, H), Wy: take(O, H), by: take(O) }
  const program = `WEIGHTS = """
${text.match(/.{1,96}/g).join("\n")}
"""

lstm = LSTM(${D}, ${H}, ${O})
arrays = [*(f"W{gate}" for gate in "fico"), *(f"W{gate}_bias" for gate in "fico"), "Wy", "Wy_bias"]
stored = np.frombuffer(base64.b64decode(WEIGHTS), "<f4").astype(float)
for name in arrays:
    W = lstm.parameters()[name]
    W[...] = stored[: W.size].reshape(W.shape)
    stored = stored[W.size :]`
  return { network, program }
}

// Runs a network anew only when what the run depends on has changed: to go from step to step needs no run.
export const remembered = (run, ...names) => {
  const runs = new Map()
  return state => {
    const key = names.map(name => state[name]).join()
    if (!runs.has(key)) runs.set(key, run(state))
    if (runs.size > 4) runs.delete(runs.keys().next().value)
    return runs.get(key)
  }
}

// The outputs of the network after a step.
export const outputs = ({ Wy, by }, h) => product(Wy, h).map((y, k) => y + by[k])

// What a reader may change of one unit: a name of a value and what it is held at.
export const CHANGES = { none: "nothing is changed", c0: "its cell state is zero", f0: "its forget gate is shut", i0: "its input gate is shut", i1: "its input gate is open", o0: "its output gate is shut" }

export const hold = ({ change, unit }, values) => {
  const [name, held] = change
  if (change !== "none" && name in values) values[name][unit] = +held
}

const VALUES = { f: "forget", i: "input", c_tilde: "candidate", o: "output", c: "cell", h: "hidden" }
export const NAMES = Object.keys(VALUES)

// The values of one unit at one step, as rows of a table that has a column for each.
export const table = (unit, values) => {
  const head = NAMES.map(name => `<th class="gate-${VALUES[name]}">${name === "c_tilde" ? "c̃" : name}</th>`).join("")
  return `<table class="live-table live-even"><thead><tr><th>unit ${unit}</th>${head}</tr></thead><tr><th>now</th>${values.map(value => `<td>${value}</td>`).join("")}</tr></table>`
}

// A row of tiles for each { label, values }, a column for each step, with a word under some; `row` is framed, and the column `now`
// is the last that was read. The strongest shade stands for `full`, or more.
export const tiles = (figure, after, { name, title, width, rows, row, columns, now, full, height = 15 }) => {
  const x = 34, tile = (width - x - 4) / columns.length, y = 24, end = y + rows.length * height
  const picture = svg("svg", { viewBox: `0 0 ${width} ${end + 46}`, class: "live-tiles", role: "img", "aria-label": name, "font-size": 14.5 })
  const text = (u, v, words, anchor = "middle") => svg("text", { x: u, y: v, "text-anchor": anchor }, words)
  picture.append(text(0, 15, title, "start"))
  const paths = {} // one for all tiles of the same look: less to style and to draw
  for (const [k, { label, values }] of rows.entries()) {
    picture.append(text(x - 8, y + (k + 0.5) * height + 5, label, "end"))
    for (const [t, value] of values.entries()) {
      const look = `fill: var(--heat-${Math.round(10 + 10 * Math.min(1, Math.max(-1, value / full)))}); opacity: ${t <= now ? 1 : 0.3}`
      paths[look] = (paths[look] ?? "") + `M${x + t * tile + 0.5} ${y + k * height + 0.5}h${tile - 1}v${height - 1}h${1 - tile}z`
    }
  }
  for (const [style, d] of Object.entries(paths)) picture.append(svg("path", { d, style }))
  for (const [t, word] of columns.entries()) picture.append(text(x + (t + 0.5) * tile, end + 18, word))
  if (row !== undefined) picture.append(svg("rect", { x, y: y + row * height, width: columns.length * tile, height, class: "live-frame" }))
  picture.append(
    svg("rect", { x: x + now * tile, y: y - 2, width: tile, height: rows.length * height + 26, class: "live-entry" }),
    text(x, end + 40, `−${full}`),
    text(x + 190, end + 40, `${full}, or more`, "start"),
    ...Array.from({ length: 21 }, (_, k) => svg("rect", { x: x + 16 + k * 8, y: end + 29, width: 8, height: 12, style: `fill: var(--heat-${k})` })),
  )
  figure.querySelector(".live-tiles")?.remove()
  after.after(picture)
}
