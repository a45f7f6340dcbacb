// The network of the chapter that adds: it reads numbers, two of them marked, and its answer at every step stands beside the
// best guess. The reader moves the marks and sets the two numbers; one gate of one unit can be held between the marks, or its
// cell state zeroed, and what came before is forgotten.
import { attach, python, shown } from "./draw.js"
import { step } from "./lstm.js"
import { plot } from "./plot.js"
import { CHANGES, NAMES, hold, load, outputs, remembered, table, tiles } from "./trained.js"

const T = 40, H = 4, UNIT = 3 // the unit that adds
const { network, program } = await load("inside_adding", 2, H, 1)

// The numbers that are not marked, the same here and in the program (Park and Miller).
const draws = seed => {
  let state = seed * 1000003
  return Array.from({ length: T }, () => (state = (state * 48271) % 2147483647) / 2147483647)
}

// Every step, with the answer if the network were asked now and the best guess: what was marked so far, and half of what is to come.
const read = remembered(state => {
  const { seed, first, second, one, two } = state, numbers = draws(seed), steps = []
  const zero = new Array(H).fill(0)
  for (let t = 1; t <= T; t++) {
    const marked = t === first || t === second, number = t === first ? one : t === second ? two : numbers[t - 1]
    const intervene = values => t > first && t < second && hold(state, values)
    const now = step(network, [number, +marked], steps.at(-1)?.h ?? zero, steps.at(-1)?.c ?? zero, intervene)
    const guess = (t < first ? 0.5 : one) + (t < second ? 0.5 : two)
    steps.push({ ...now, guess, answer: outputs(network, now.h)[0] })
  }
  return steps
}, "seed", "first", "second", "one", "two", "change", "unit")

const slider = (key, label, min, max, value) => ({ key, label, min, max, step: 1, value, show: String })
const number = (key, label, value) => ({ key, label, min: 0, max: 1, step: 0.05, value })

export const view = {
  name: "adding",
  title: "Read numbers and add the two that are marked",
  controls: [
    slider("time", "numbers read", 1, T, T),
    slider("unit", "unit", 0, H - 1, UNIT),
    slider("first", "first mark at", 1, T / 2, 8),
    slider("second", "second mark at", T / 2 + 1, T, 29),
    number("one", "first marked number", 0.2),
    number("two", "second marked number", 0.9),
    { key: "change", label: "between the marks", options: CHANGES, value: "none" },
    slider("seed", "random seed of the others", 1, 20, 1),
  ],

  numbers: state => {
    const steps = read(state), now = steps[state.time - 1]
    return { ...Object.fromEntries(NAMES.map(name => [name, now[name][state.unit]])), now: now.answer, guess: now.guess, answer: steps[T - 1].answer }
  },

  say: ({ time, first, second, one, two, unit, change }, n) => {
    const marks = (time >= first) + (time >= second)
    const seen = ["no mark", "one mark", "both marks"][marks]
    const end = time === T ? "" : ` After all ${T} numbers it answers <b>${shown(n.answer)}</b>; the sum is ${shown(one + two)}.`
    return `After <b>${time === 1 ? "1 number" : `${time} numbers`}</b> and ${seen}, the network would answer <b>${shown(n.now)}</b>; ${marks === 2 ? "the sum is" : "the best guess, with ½ for each mark to come, is"} <b>${shown(n.guess)}</b>.${end} Unit ${unit} holds ${shown(n.c)}.`
  },

  detail: (state, n) => table(state.unit, NAMES.map(name => shown(n[name]))),

  draw: (figure, state) => {
    const steps = read(state), answers = steps.map(({ answer }) => answer)
    const from = Math.min(0, Math.floor(Math.min(...answers))), to = Math.max(2, Math.ceil(Math.max(...answers)))
    const line = (key, label, look) => ({ label, look, points: steps.slice(0, state.time).map((now, t) => [t + 1, now[key]]) })
    plot(figure, "The answer of the network beside the best guess, step by step", {
      x: { from: 1, to: T, ticks: [1, 10, 20, 30, T].map(t => [t, String(t)]), label: "numbers read" },
      y: { from, to, ticks: Array.from({ length: to - from + 1 }, (_, k) => [from + k, shown(from + k, 0)]), label: "sum" },
      lines: [line("guess", "best guess", "live-series-1"), line("answer", "answer", "live-series-2")],
      below: 170,
    })
    const above = figure.querySelector(".live-plot")
    tiles(figure, above, {
      name: `Gates and cell state of unit ${state.unit}, a row for each, over the steps; an arrow at each mark`,
      title: `unit ${state.unit}; an arrow at each mark`,
      width: above.viewBox.baseVal.width, // to ask the page again would lay it out again
      rows: NAMES.slice(0, 5).map(name => ({ label: name === "c_tilde" ? "c̃" : name, values: steps.map(now => now[name][state.unit]) })),
      columns: steps.map((_, t) => (t + 1 === state.first || t + 1 === state.second ? "↑" : "")),
      now: state.time - 1,
      full: 1,
      height: 20,
    })
  },

  python: ({ time, unit, first, second, one, two, change, seed }) => `import base64

import numpy as np

from lstm_tutorial import LSTM, trace_sequence

${program}

T, time, unit, first, second = ${T}, ${time}, ${unit}, ${first}, ${second}  # steps are counted from 1
state, xs = ${seed} * 1000003, np.zeros((T, 2, 1))  # (T, D, B)
for t in range(T):
    state = state * 48271 % 2147483647  # numbers that any language can repeat (Park and Miller)
    xs[t, 0] = state / 2147483647
xs[first - 1], xs[second - 1] = [[${python(one)}], [1.0]], [[${python(two)}], [1.0]]  # the marks


def change(t, name, value):
    """Hold what is held of the unit, between the marks."""
${change === "none" ? "    # nothing" : `    if name == "${change[0]}" and first <= t < second - 1:\n        value[unit] = ${change[1]}.0`}


trace = trace_sequence(lstm, xs, intervene=change)
for name in ("f", "i", "c_tilde", "o", "c", "h"):
    print(f"{name} = {getattr(trace, name)[time - 1, unit, 0]:.6g}")
marked, to_come = (xs[:time, 0] * xs[:time, 1]).sum(), 2 - xs[:time, 1].sum()
print(f"now = {trace.y[time - 1].item():.6g}")
print(f"guess = {marked + to_come / 2:.6g}")
print(f"answer = {trace.y[-1].item():.6g}")
`,
}

export const open = figure => attach(figure, view)
