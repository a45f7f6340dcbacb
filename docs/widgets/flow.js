// The first step of the example, 10 inputs, 20 units and 5 outputs, as tiles: an input that is changed changes all that is
// computed from it. Whoever points at a symbol, here or in the formulas and the code of the page, sees it everywhere.
// The weights are the example's; scripts/figures/flow.py writes the part of them that a first step uses.
import { attach, python, shown, svg } from "./draw.js"
import { product, sigmoid } from "./lstm.js"

const { x: INPUT, W, Wy } = await (await fetch(new URL("../_generated/flow.json", import.meta.url))).json()
const H = 20
// Every row of tiles: its name, what stands before it, the gate or state whose color it has, and a gap above it.
const ROWS = [
  ["x", "x, old h", "ink"],
  ["f", "f", "forget", 8],
  ["i", "i", "input"],
  ["c_tilde", "c̃", "candidate"],
  ["o", "o", "output"],
  ["c_prev", "old c", "cell", 8],
  ["added", "i · c̃", "input"],
  ["c", "c", "cell"],
  ["tanh_c", "tanh c", "cell", 8],
  ["h", "h", "hidden"],
  ["y", "y", "ink", 8],
]
const WORDS = { forget: "f", input: "i", candidate: "c̃", output: "o", cell: "c", hidden: "h" }

// The old states are zero, so only the first ten columns of the matrices count, and the forget gate multiplies nothing.
const compute = ({ entry, value, scale }) => {
  const x = INPUT.map((number, k) => scale * (k === entry ? value : number))
  const [a_f, a_i, a_c, a_o] = W.map(rows => product(rows, x))
  const f = a_f.map(sigmoid), i = a_i.map(sigmoid), c_tilde = a_c.map(Math.tanh), o = a_o.map(sigmoid)
  const added = i.map((share, k) => share * c_tilde[k]), tanh_c = added.map(Math.tanh), h = tanh_c.map((number, k) => number * o[k])
  const zeros = new Array(H).fill(0)
  return { a_f, a_i, a_c, a_o, x: [...x, ...zeros], f, i, c_tilde, o, c_prev: zeros, added, c: added, tanh_c, h, y: product(Wy, h) }
}

const shade = value => `var(--heat-${Math.round(10 + 10 * Math.min(1, Math.max(-1, value)))})`
const symbol = gate => `<button type="button" class="live-symbol gate-${gate}">${WORDS[gate]}</button>`

export const view = {
  name: "flow",
  title: "The first step, with other inputs",
  controls: [
    { key: "unit", label: "unit", min: 0, max: H - 1, step: 1, value: 12, show: unit => String(unit) },
    { key: "entry", label: "entry of the input", min: 0, max: INPUT.length - 1, step: 1, value: 0, show: entry => String(entry), also: entry => ({ value: INPUT[entry] }) },
    { key: "value", label: "its value", min: -3, max: 3, step: 0.05, value: INPUT[0] },
    { key: "scale", label: "all inputs times", min: -4, max: 4, step: 0.25, value: 1 },
  ],

  numbers: state => {
    const all = compute(state)
    const own = Object.fromEntries(["f", "i", "c_tilde", "o", "c", "h"].map(name => [name, all[name][state.unit]]))
    return { ...own, y_0: all.y[0] }
  },

  say: (state, n) => {
    const { f, i, o } = compute(state)
    const flat = [...f, ...i, ...o].filter(gate => gate < 0.01 || gate > 0.99).length
    return `Unit ${state.unit} holds <b>${shown(n.c, 4)}</b> and shows <b>${shown(n.h, 4)}</b>. The first output is <b>${shown(n.y_0, 4)}</b>. Of the 60 gates, <b>${flat}</b> ${flat === 1 ? "is" : "are"} saturated, that is, within one hundredth of 0 or 1.`
  },

  detail: (state, n) => {
    const all = compute(state), own = name => shown(all[name][state.unit], 4)
    const row = (gate, formula, value) => `<tr><th>${symbol(gate)}</th><td>${formula}</td><td>${value}</td></tr>`
    return `<table class="live-table"><thead><tr><th>unit ${state.unit}</th><th>computed from</th><th>value</th></tr></thead>${[
      row("forget", `σ(${own("a_f")})`, own("f")),
      row("input", `σ(${own("a_i")})`, own("i")),
      row("candidate", `tanh(${own("a_c")})`, own("c_tilde")),
      row("output", `σ(${own("a_o")})`, own("o")),
      row("cell", `${symbol("forget")} × 0 + ${symbol("input")} × ${symbol("candidate")} = ${own("f")} × 0 + ${own("i")} × ${own("c_tilde")}`, own("c")),
      row("hidden", `${symbol("output")} × tanh(${symbol("cell")}) = ${own("o")} × ${own("tanh_c")}`, own("h")),
    ].join("")}</table>`
  },

  draw: (figure, state) => {
    const all = compute(state)
    const picture = figure.querySelector(".live-tiles") ?? tiles(figure)
    for (const tile of picture.querySelectorAll("[data-k]")) tile.style.fill = shade(all[tile.dataset.row][tile.dataset.k])
    const { x, size } = picture.layout
    picture.querySelector(".live-frame").setAttribute("x", x + state.unit * size)
    picture.querySelector(".live-entry").setAttribute("x", x + state.entry * size)
  },

  python: ({ unit, entry, value, scale }) => `import numpy as np

from lstm_tutorial import LSTM

lstm = LSTM(input_size=10, hidden_size=20, output_size=5, rng=0)
x = np.random.default_rng(15).standard_normal((2, 10, 1))[0]  # (D, B)
x[${entry}] = ${python(value)}
x *= ${python(scale)}
step = lstm.trace(x, *lstm.initial_state())
for name in ("f", "i", "c_tilde", "o", "c", "h"):
    print(f"{name} = {getattr(step, name)[${unit}, 0]:.6g}")
print(f"y_0 = {step.y[0, 0]:.6g}")
`,
}

// Draws the tiles once, in place of the plot; `draw` gives them their shades.
const tiles = figure => {
  const still = figure.querySelector("svg"), width = figure.querySelector(".try").clientWidth
  const x = 66, size = (width - x - 2) / 30, height = 22
  const picture = svg("svg", { class: "live-tiles", role: "img", "aria-label": view.title, "font-size": 14.5 })
  let y = 2, first, last
  for (const [name, words, gate, gap = 2] of ROWS) {
    y += gap
    const count = name === "x" ? 30 : name === "y" ? 5 : H
    const row = svg("g", { class: `live-row gate-${gate}` }, svg("text", { x: x - 8, y: y + 16, "text-anchor": "end" }, words))
    for (let k = 0; k < count; k++) row.append(svg("rect", { x: x + k * size + 0.5, y, width: size - 1, height, "data-row": name, "data-k": k }))
    row.append(svg("rect", { x, y, width: count * size, height, class: "live-edge" }))
    picture.append(row)
    if (name === "f") first = y
    if (name === "h") last = y + height
    if (name === "x") picture.append(svg("path", { d: `M${x + 10 * size} ${y}v${height}`, class: "live-tick" }), svg("rect", { x, y, width: size, height, class: "live-entry" }))
    y += height
  }
  picture.append(svg("rect", { x, y: first - 2, width: size, height: last - first + 4, class: "live-frame" }))
  y += 12
  for (let k = 0; k <= 20; k++) picture.append(svg("rect", { x: x + k * 7, y, width: 7, height: 12, style: `fill: var(--heat-${k})` }))
  picture.append(svg("text", { x: x - 8, y: y + 11, "text-anchor": "end" }, "−1"), svg("text", { x: x + 155, y: y + 11 }, "1, or more"))
  picture.setAttribute("viewBox", `0 0 ${width} ${y + 16}`)
  picture.layout = { x, size }
  still.style.display = "none"
  still.after(picture)
  link(figure.closest("article"))
  return picture
}

// Lights up a symbol wherever it stands, when one of them is pointed at or else has the focus.
const link = article => {
  const named = element => {
    const name = element.closest?.("[class*='gate-']")?.getAttribute("class").match(/gate-(\w+)/)[1]
    return name in WORDS ? name : undefined
  }
  const light = event => {
    const name = named(event.target) ?? named(document.activeElement)
    if (name) article.dataset.lit = name
    else delete article.dataset.lit
  }
  article.addEventListener("pointerover", light)
  article.addEventListener("focusin", light)
}

export const open = figure => attach(figure, view)
