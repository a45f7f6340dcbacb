// Inside the trained network of the chapter: a string of the embedded Reber grammar, the reader's own if they like, read symbol
// by symbol; the cell states of all units, the gates of one, and what the network expects next. One gate of one unit can be
// held, or its cell state zeroed, once the bit is stored. The weights are those of docs/records/inside, as 32-bit numbers;
// scripts/figures/inside_reber.py writes them.
import { attach, shown, svg } from "./draw.js"
import { product, step } from "./lstm.js"

const SYMBOLS = "BTPSXVE", H = 16, UNIT = 2, SINCE = 2 // the unit that carries the bit; the step from which a change holds
const WEIGHTS = (await (await fetch(new URL("../_generated/inside_reber.txt", import.meta.url))).text()).trim()
const CHANGES = { none: "nothing is changed", c0: "its cell state is zero", f0: "its forget gate is shut", i0: "its input gate is shut", i1: "its input gate is open", o0: "its output gate is shut" }
const FULL = 2 // the cell state with the strongest shade

const network = (() => {
  const bytes = Uint8Array.from(atob(WEIGHTS), letter => letter.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  let k = 0
  const take = (size, ...rest) => Array.from({ length: size }, () => (rest.length ? take(...rest) : view.getFloat32(4 * k++, true)))
  return { W: take(4, H, SYMBOLS.length + H), b: take(4, H), Wy: take(SYMBOLS.length, H), by: take(SYMBOLS.length) }
})()

// Every step of the string, each with what the network expects next: a probability for each symbol.
const read = ({ string, change, unit }) => {
  const zero = new Array(H).fill(0), [name, held] = change
  const steps = []
  for (const [t, letter] of [...string].entries()) {
    const x = [...SYMBOLS].map(symbol => +(symbol === letter))
    const hold = values => {
      if (change !== "none" && t >= SINCE && name in values) values[name][unit] = +held
    }
    const now = step(network, x, steps.at(-1)?.h ?? zero, steps.at(-1)?.c ?? zero, hold)
    const powers = product(network.Wy, now.h).map((y, k) => Math.exp(y + network.by[k]))
    const total = powers.reduce((sum, value) => sum + value, 0)
    steps.push({ ...now, p: powers.map(value => value / total) })
  }
  return steps
}

const at = (steps, { time }) => steps[Math.min(time, steps.length) - 1]
const percent = share => shown(100 * share, share > 0.99 ? 1 : 0) + "%"

export const view = {
  name: "inside",
  title: "Read a string, symbol by symbol",
  controls: [
    { key: "time", label: "symbols read", min: 1, max: 24, step: 1, value: 13, show: time => String(time) },
    { key: "unit", label: "unit", min: 0, max: H - 1, step: 1, value: UNIT, show: unit => String(unit) },
    { key: "change", label: "from the third symbol on", options: CHANGES, value: "none" },
    { key: "string", label: "the string", text: /^[BTPSXVE]{2,24}$/, value: "BTBTSXXTVPXVVET", read: line => line.toUpperCase(), hint: () => "2 to 24 of the letters B T P S X V E" },
  ],

  numbers: state => {
    const now = at(read(state), state), own = ["f", "i", "c_tilde", "o", "c", "h"].map(name => [name, now[name][state.unit]])
    return { ...Object.fromEntries(own), p_T: now.p[SYMBOLS.indexOf("T")], p_P: now.p[SYMBOLS.indexOf("P")] }
  },

  say: (state, n) => {
    const { p } = at(read(state), state), first = p.indexOf(Math.max(...p)), seen = state.string.slice(0, state.time)
    const next = state.string[state.time]
    const came = next ? ` In the string, ${next} comes next.` : ""
    return `After <b>${seen}</b>, the network expects <b>${SYMBOLS[first]}</b> most, with ${percent(p[first])}.${came} Unit ${state.unit} holds <b>${shown(n.c)}</b>.`
  },

  detail: (state, n) => {
    const { p } = at(read(state), state)
    const gates = { f: "forget", i: "input", c_tilde: "candidate", o: "output", c: "cell", h: "hidden" }
    const names = { c_tilde: "c̃" }
    const head = Object.entries(gates).map(([name, gate]) => `<th class="gate-${gate}">${names[name] ?? name}</th>`).join("")
    const expected = `<table class="live-table live-even"><thead><tr><th>next</th>${[...SYMBOLS].map(symbol => `<th>${symbol}</th>`).join("")}</tr></thead><tr><th>expected</th>${p.map(share => `<td><i style="height:${(1.4 * share).toFixed(3)}rem"></i>${shown(100 * share, 0)}%</td>`).join("")}</tr></table>`
    return `${expected}<table class="live-table live-even"><thead><tr><th>unit ${state.unit}</th>${head}</tr></thead><tr><th>now</th>${Object.keys(gates).map(name => `<td>${shown(n[name])}</td>`).join("")}</tr></table>`
  },

  draw: (figure, state) => {
    const steps = read(state), still = figure.querySelector("svg:not(.live-tiles)"), width = figure.querySelector(".try").clientWidth
    const x = 34, tile = (width - x - 4) / steps.length, height = 15, y = 24
    const now = Math.min(state.time, steps.length) - 1
    const picture = svg("svg", { viewBox: `0 0 ${width} ${y + H * height + 46}`, class: "live-tiles", role: "img", "aria-label": "The cell states of all units, a row for each, over the symbols of the string", "font-size": 14.5 })
    const text = (u, v, words, anchor = "middle") => svg("text", { x: u, y: v, "text-anchor": anchor }, words)
    picture.append(text(0, 15, "cell state of every unit", "start"))
    for (let k = 0; k < H; k++) {
      if (k % 5 === 0) picture.append(text(x - 8, y + k * height + 12, String(k), "end"))
      for (const [t, { c }] of steps.entries()) {
        const shade = Math.round(10 + 10 * Math.min(1, Math.max(-1, c[k] / FULL)))
        picture.append(svg("rect", { x: x + t * tile + 0.5, y: y + k * height + 0.5, width: tile - 1, height: height - 1, style: `fill: var(--heat-${shade})`, opacity: t <= now ? 1 : 0.3 }))
      }
    }
    for (const [t, letter] of [...state.string].entries()) picture.append(text(x + (t + 0.5) * tile, y + H * height + 18, letter))
    picture.append(
      svg("rect", { x, y: y + state.unit * height, width: steps.length * tile, height, class: "live-frame" }),
      svg("rect", { x: x + now * tile, y: y - 2, width: tile, height: H * height + 26, class: "live-entry" }),
      text(x, y + H * height + 40, "−2"),
      text(x + 190, y + H * height + 40, "2, or more", "start"),
      ...Array.from({ length: 21 }, (_, k) => svg("rect", { x: x + 16 + k * 8, y: y + H * height + 29, width: 8, height: 12, style: `fill: var(--heat-${k})` })),
    )
    figure.querySelector(".live-tiles")?.remove()
    still.style.display = "none"
    still.after(picture)
  },

  python: ({ time, unit, change, string }) => `import base64

import numpy as np

from lstm_tutorial import LSTM, softmax, trace_sequence
from lstm_tutorial.tasks import REBER_SYMBOLS, encode_reber

WEIGHTS = """
${WEIGHTS.match(/.{1,96}/g).join("\n")}
"""

lstm = LSTM(7, ${H}, 7)
arrays = [*(f"W{gate}" for gate in "fico"), *(f"W{gate}_bias" for gate in "fico"), "Wy", "Wy_bias"]
stored = np.frombuffer(base64.b64decode(WEIGHTS), "<f4").astype(float)
for name in arrays:
    W = lstm.parameters()[name]
    W[...] = stored[: W.size].reshape(W.shape)
    stored = stored[W.size :]


def change(t, name, value):
    """Hold what is held of unit ${unit}, from the third symbol on."""
${change === "none" ? "    # nothing" : `    if name == "${change[0]}" and t >= ${SINCE}:\n        value[${unit}] = ${change[1]}.0`}


trace = trace_sequence(lstm, encode_reber("${string}"), intervene=change)
t, unit = ${Math.min(time, string.length) - 1}, ${unit}
for name in ("f", "i", "c_tilde", "o", "c", "h"):
    print(f"{name} = {getattr(trace, name)[t, unit, 0]:.6g}")
p = softmax(trace.y[t])[:, 0]
for symbol in "TP":
    print(f"p_{symbol} = {p[REBER_SYMBOLS.index(symbol)]:.6g}")
`,
}

export const open = figure => attach(figure, view)
