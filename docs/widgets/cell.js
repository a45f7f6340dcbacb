// One unit for one step, in the drawing of the cell: the wires carry its numbers, and the band is filled as high as the
// cell state. The unit has weights on its input alone, three on the candidate and none on the gates, so that a slider
// is the pre-activation of a gate.
import { attach, python, shown, svg } from "./draw.js"
import { step } from "./lstm.js"

const W = [[[0, 0]], [[0, 0]], [[3, 0]], [[0, 0]]]
const FULL = 5 // the cell state at which the band is full

const percent = share => shown(100 * share, 1) + "%"
const gate = (key, name, color, value) => ({ key, label: `${name}, before σ`, gate: color, min: -8, max: 8, step: 0.5, value, show: value => shown(value, 1) })

export const view = {
  name: "cell",
  title: "One unit, one step",
  keeps: true,
  controls: [
    { key: "x", label: "input <i>x</i>; candidate tanh(3<i>x</i>)", min: -1, max: 1, step: 0.1, value: 1, show: value => shown(value, 1) },
    gate("f", "forget gate", "forget", 6),
    gate("i", "input gate", "input", -6),
    gate("o", "output gate", "output", -6),
    { key: "c", label: "old cell state <i>c</i>", gate: "cell", min: -5, max: 5, step: 0.1, value: 1, clamp: false },
    { press: "Next step: c becomes old", change: state => ({ c: view.numbers(state).c }) },
  ],

  numbers: ({ x, f, i, o, c }) => {
    const values = step({ W, b: [[f], [i], [0], [o]] }, [x], [0], [c])
    return Object.fromEntries(["f", "i", "c_tilde", "o", "c", "h"].map(name => [name, values[name][0]]))
  },

  say: ({ c }, n) =>
    `The unit keeps <b>${percent(n.f)}</b> of its old cell state, ${shown(c)}, and lets in <b>${percent(n.i)}</b> ` +
    `of its candidate, ${shown(n.c_tilde)}. So it holds <b>${shown(n.c)}</b>. It shows <b>${percent(n.o)}</b> of the tanh of that: <b>${shown(n.h)}</b>.`,

  draw: (figure, { x, f, i, o, c }, n) => {
    const drawing = figure.querySelector("svg")
    for (const part of ["readout", "legend"]) drawing.style.setProperty(`--show-${part}`, 0.34)
    drawing.querySelector(".live-numbers")?.remove()
    drawing.append(
      svg(
        "g",
        { class: "live-numbers" },
        stream(4, 61, 247, c),
        stream(61, 238, 247, n.f * c),
        stream(238, 466, 247, n.c),
        ...[["forget", 61, `σ(${shown(f, 1)})`], ["input", 179, `σ(${shown(i, 1)})`], ["candidate", 297, `tanh(${shown(3 * x, 1)})`], ["output", 415, `σ(${shown(o, 1)})`]].flatMap(box),
        word(112, 44, shown(x, 1), "ink", "start"),
        word(67, 214, shown(n.f), "forget", "start"),
        word(174, 217, shown(n.i), "input", "end"),
        word(303, 217, shown(n.c_tilde), "candidate", "start"),
        word(421, 220, shown(n.o), "output", "start"),
        word(246, 227, shown(n.i * n.c_tilde), "cell", "start"),
        word(6, 280, shown(c), "cell", "start"),
        word(150, 280, shown(n.f * c), "cell", "middle"),
        word(423, 280, shown(n.c), "cell", "start"),
        word(364, 338, shown(Math.tanh(n.c)), "hidden", "middle"),
        word(430, 366, shown(n.h), "hidden", "start"),
      ),
    )
  },

  python: ({ x, f, i, o, c }) => `import numpy as np

from lstm_tutorial import LSTM

unit = LSTM(input_size=1, hidden_size=1, output_size=None)
unit.Wf[:] = unit.Wi[:] = unit.Wo[:] = 0.0
unit.Wc[:] = [[3.0, 0.0]]  # the candidate is tanh(3x)
unit.Wf_bias[:] = ${python(f)}
unit.Wi_bias[:] = ${python(i)}
unit.Wo_bias[:] = ${python(o)}

x, h_prev, c_prev = ${python(x)}, 0.0, ${python(c)}
step = unit.trace(*np.array([[[x]], [[h_prev]], [[c_prev]]]))
for name in ("f", "i", "c_tilde", "o", "c", "h"):
    print(f"{name} = {getattr(step, name)[0, 0]:.6g}")
`,
}

// A part of the band, as high as its number: solid where it is positive, an outline where it is negative.
const stream = (from, to, y, value) => {
  const size = Math.abs(value), height = size < 0.01 ? 0 : 28 * Math.min(1, size / FULL) // no hair through the numbers
  return svg("rect", { class: value < 0 ? "live-stream live-negative" : "live-stream", x: from, y: y - height / 2, width: to - from, height })
}

const word = (x, y, text, color, anchor) => svg("text", { x, y, class: `live-number live-${color}`, "text-anchor": anchor }, text)

// The squashing function of a box, with what it squashes.
const box = ([color, x, text]) => [
  svg("rect", { x: x - 50, y: 124, width: 100, height: 34, class: "live-paper" }),
  svg("rect", { x: x - 50, y: 124, width: 100, height: 34, class: `live-box live-${color}` }),
  svg("text", { x, y: 145, class: "live-function", "text-anchor": "middle" }, text),
]

export const open = figure => attach(figure, view)
