// Inside the trained network of the chapter: a string of the embedded Reber grammar, the reader's own if they like, read symbol
// by symbol; the cell states of all units, the gates of one, and what the network expects next. One gate of one unit can be
// held, or its cell state zeroed, once the bit is stored.
import { attach, shown } from "./draw.js"
import { step } from "./lstm.js"
import { CHANGES, NAMES, hold, load, outputs, remembered, table, tiles } from "./trained.js"

const SYMBOLS = "BTPSXVE", H = 16, UNIT = 2, SINCE = 2 // the unit that carries the bit; the step from which a change holds
const { network, program } = await load("inside_reber", SYMBOLS.length, H, SYMBOLS.length)

// Every step of the string, each with what the network expects next: a probability for each symbol.
const read = remembered(state => {
  const zero = new Array(H).fill(0), steps = []
  for (const [t, letter] of [...state.string].entries()) {
    const x = [...SYMBOLS].map(symbol => +(symbol === letter))
    const now = step(network, x, steps.at(-1)?.h ?? zero, steps.at(-1)?.c ?? zero, values => t >= SINCE && hold(state, values))
    const powers = outputs(network, now.h).map(Math.exp)
    const total = powers.reduce((sum, value) => sum + value, 0)
    steps.push({ ...now, p: powers.map(value => value / total) })
  }
  return steps
}, "string", "change", "unit")

const at = (steps, { time }) => steps[Math.min(time, steps.length) - 1]
const percent = share => shown(100 * share, share > 0.99 ? 1 : 0) + "%"

const likeliest = state => {
  const { p } = at(read(state), state), first = p.indexOf(Math.max(...p))
  return `<b>${SYMBOLS[first]}</b> most, with ${percent(p[first])}`
}

export const view = {
  name: "inside",
  title: "Read a string, symbol by symbol",
  keeps: true,
  controls: [
    { key: "time", label: "symbols read", min: 1, max: 24, step: 1, value: 13, most: ({ string }) => string.length, show: (time, { string }) => `${Math.min(time, string.length)} of ${string.length}` },
    { key: "unit", label: "unit", min: 0, max: H - 1, step: 1, value: UNIT, show: unit => String(unit) },
    { key: "change", label: "from the third symbol on", options: CHANGES, value: "none" },
    { key: "string", label: "the string", text: /^[BTPSXVE]{2,24}$/, value: "BTBTSXXTVPXVVET", read: line => line.toUpperCase(), hint: () => "2 to 24 of the letters B T P S X V E" },
  ],

  numbers: state => {
    const now = at(read(state), state), own = NAMES.map(name => [name, now[name][state.unit]])
    return { ...Object.fromEntries(own), ...Object.fromEntries([...SYMBOLS].map((symbol, k) => [`p_${symbol}`, now.p[k]])) }
  },

  say: (state, n) => {
    const seen = state.string.slice(0, state.time), next = state.string[state.time]
    const came = next ? ` In the string, ${next} comes next.` : ""
    const untouched = state.change === "none" ? "" : ` Unchanged, it would expect ${likeliest({ ...state, change: "none" })}.`
    return `After <b>${seen}</b>, the network expects ${likeliest(state)}.${untouched}${came} Unit ${state.unit} holds <b>${shown(n.c)}</b>.`
  },

  detail: (state, n) => {
    const { p } = at(read(state), state)
    const expected = `<table class="live-table live-even"><thead><tr><th>next</th>${[...SYMBOLS].map(symbol => `<th>${symbol}</th>`).join("")}</tr></thead><tr><th>expected</th>${p.map(share => `<td><i style="height:${(1.4 * share).toFixed(3)}rem"></i>${shown(100 * share, 0)}%</td>`).join("")}</tr></table>`
    return expected + table(state.unit, NAMES.map(name => shown(n[name])))
  },

  draw: (figure, state) => {
    const steps = read(state), still = figure.querySelector("svg:not(.live-tiles)")
    tiles(figure, still, {
      name: "The cell states of all units, a row for each, over the symbols of the string",
      title: "cell state of every unit",
      width: figure.querySelector(".try").clientWidth,
      rows: Array.from({ length: H }, (_, k) => ({ label: k % 5 ? "" : String(k), values: steps.map(({ c }) => c[k]) })),
      row: state.unit,
      columns: [...state.string],
      now: Math.min(state.time, steps.length) - 1,
      full: 2,
    })
    still.style.display = "none"
  },

  python: ({ time, unit, change, string }) => `import base64

import numpy as np

from lstm_tutorial import LSTM, softmax, trace_sequence
from lstm_tutorial.tasks import REBER_SYMBOLS, encode_reber

${program}


def change(t, name, value):
    """Hold what is held of unit ${unit}, from the third symbol on."""
${change === "none" ? "    # nothing" : `    if name == "${change[0]}" and t >= ${SINCE}:\n        value[${unit}] = ${change[1]}.0`}


trace = trace_sequence(lstm, encode_reber("${string}"), intervene=change)
t, unit = ${Math.min(time, string.length) - 1}, ${unit}
for name in ("f", "i", "c_tilde", "o", "c", "h"):
    print(f"{name} = {getattr(trace, name)[t, unit, 0]:.6g}")
p = softmax(trace.y[t])[:, 0]
for symbol, share in zip(REBER_SYMBOLS, p):
    print(f"p_{symbol} = {share:.6g}")
`,
}

export const open = figure => attach(figure, view)
