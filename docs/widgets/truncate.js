// A sequence in chunks: one unit reads an input at one step and is asked for it at a later one. The state passes every cut, the
// gradient ends at the first. The unit has one weight, from the input to the candidate; its forget gate is a constant, and the
// other two gates are half open. Steps are counted from 1, as in the drawing. There is no training here.
import { attach, power, python, shown, svg } from "./draw.js"
import { step, stepBackward, weightGradients } from "./lstm.js"

const LONGEST = 40
const count = (number, things) => `${number} ${things}${number === 1 ? "" : "s"}`
const slider = (key, label, min, value, also) => ({ key, label, min, max: LONGEST, step: 1, value, show: String, also })

// An address may ask beyond the end.
const within = state => ({ ...state, first: Math.min(state.first, state.steps), asked: Math.min(state.asked, state.steps) })

// The gradient of the answer with respect to the cell state of every step, and to the weight, in chunks of one length.
const back = (unit, steps, asked, length) => {
  const dcs = []
  let dh = [0], dc = [0], dW = 0
  for (let t = steps.length; t >= 1; t--) {
    if (t % length === 0) dh = dc = [0] // the cut: the chunk that comes next hands nothing back
    const gradients = stepBackward(unit, steps[t - 1], [dh[0] + (t === asked)], dc)
    dcs.unshift(gradients.c[0])
    dW += weightGradients(steps[t - 1], gradients).Wc[0][0]
    dh = gradients.h_prev
    dc = gradients.c_prev
  }
  return { dcs, dW }
}

const run = state => {
  const { steps: T, chunk, first, asked, keep } = within(state)
  const unit = { W: [[[0, 0]], [[0, 0]], [[1, 0]], [[0, 0]]], b: [[Math.log(keep / (1 - keep))], [0], [0], [0]] }
  const steps = []
  for (let t = 1; t <= T; t++) steps.push(step(unit, [+(t === first)], steps.at(-1)?.h ?? [0], steps.at(-1)?.c ?? [0]))
  return { cs: steps.map(({ c }) => c[0]), whole: back(unit, steps, asked, T), cut: back(unit, steps, asked, chunk) }
}

export const view = {
  name: "truncate",
  title: "One unit: an input, and the question later",
  controls: [
    slider("steps", "steps of the sequence", 2, 9, (steps, { first, asked }) => ({ first: Math.min(first, steps), asked: Math.min(asked, steps) })),
    slider("chunk", "steps of a chunk", 1, 3),
    slider("first", "the input comes at step", 1, 2, (first, { steps }) => ({ steps: Math.max(first, steps) })),
    slider("asked", "the loss asks at step", 1, 8, (asked, { steps }) => ({ steps: Math.max(asked, steps) })),
    { key: "keep", label: "forget gate", gate: "forget", min: 0.3, max: 0.99, step: 0.01, value: 0.9 },
  ],

  numbers: state => {
    const { cs, whole, cut } = run(state), { first, asked } = within(state)
    return { c: cs[asked - 1], dc_whole: whole.dcs[first - 1], dc_cut: cut.dcs[first - 1], dW_whole: whole.dW, dW_cut: cut.dW }
  },

  say: (state, n) => {
    const { steps, chunk, first, asked } = within(state)
    const cuts = Math.ceil(asked / chunk) - Math.ceil(first / chunk)
    if (first > asked) return `The loss asks at step ${asked}, before the input comes at step ${first}. So the answer <b>cannot depend</b> on it, and no gradient arrives at step ${first}.`
    const state_ = `${count(steps, "step")} in ${count(Math.ceil(steps / chunk), "chunk")}: at step ${asked}, the cell still holds <b>${power(n.c)}</b>.`
    const arrives = `Back at step ${first}, a gradient of <b>${power(n.dc_whole)}</b> arrives without cuts`
    if (cuts > 0) return `${state_} ${arrives}, and <b>0</b> with ${count(cuts, "cut")} in between. The weight that stores the input gets no gradient, so the network <b>cannot learn to store it</b>.`
    if (n.dc_whole < 0.001) return `${state_} ${arrives}, and the same with them, because no cut lies in between. But it has almost vanished: the network <b>hardly learns to store</b> the input.`
    return `${state_} ${arrives}, and the same with them, because no cut lies in between. The weight that stores the input gets a gradient of <b>${power(n.dW_cut)}</b>: the network <b>can learn to store it</b>.`
  },

  draw: (figure, state) => {
    const { cs, whole, cut } = run(state), { steps, chunk, first, asked } = within(state)
    const left = 26, width = 428 / steps, top = 34, bottom = 180, full = 52, floor = { c: 104, dc: 172 }
    const at = t => left + (t - 1) * width // where step t begins
    const text = (x, y, words, anchor = "middle", color = "plot-ink") => svg("text", { x, y, "text-anchor": anchor, style: `fill: var(--${color})` }, words)
    const bar = (t, foot, share, look) => svg("rect", { x: at(t), y: foot - full * share, width, height: full * share, class: look })
    const picture = svg("svg", { viewBox: "0 0 480 252", class: "live-plot diagram", role: "img", "aria-label": "The cell state goes through all chunks; the gradient ends at the start of the chunk that asks", "font-size": 15 })
    for (let from = 1, k = 1; from <= steps; from += chunk, k++) {
      const wide = width * (Math.min(steps + 1, from + chunk) - from)
      picture.append(svg("rect", { x: at(from) + 1, y: top, width: wide - 2, height: bottom - top, rx: Math.min(8, wide / 4), class: "live-tick" }))
      if (wide > 70) picture.append(text(at(from) + wide / 2, 24, `chunk ${k}`, "middle", "plot-muted"))
      else if (wide > 20) picture.append(text(at(from) + wide / 2, 24, String(k), "middle", "plot-muted"))
    }
    const most = cs[first - 1] || 1, strongest = whole.dcs[asked - 1] // both fall from there
    let line = `M${at(asked + 1)} ${floor.dc}`
    for (let t = asked; t >= 1; t--) line += `V${(floor.dc - (full * whole.dcs[t - 1]) / strongest).toFixed(1)}H${at(t).toFixed(1)}`
    for (let t = 1; t <= steps; t++) picture.append(bar(t, floor.c, cs[t - 1] / most, "live-stream"), bar(t, floor.dc, cut.dcs[t - 1] / strongest, "live-head-2"))
    const end = at(asked - ((asked - 1) % chunk)) // of the gradient
    picture.append(
      svg("path", { d: `M${left} ${floor.c}H${at(steps + 1)}M${left} ${floor.dc}H${at(steps + 1)}`, class: "live-grid" }),
      svg("path", { d: `${line}V${floor.dc}`, class: "live-gates", style: "stroke: var(--series-1); fill: none; stroke-width: 2" }),
      svg("path", { d: `M${end} ${floor.dc + 4}V${floor.dc - full - 4}`, class: "live-line live-arrow-2", style: "stroke-width: 4" }),
    )
    for (const [t, words, y] of [[first, "input", 202], [asked, "question", 221]]) {
      const x = at(t) + width / 2
      picture.append(svg("path", { d: `M${x} ${bottom + 1}v6`, class: "live-tick" }), text(Math.min(446, Math.max(34, x)), y, words))
    }
    picture.append(
      text(26, 246, "cell state →", "start", "gate-cell-text"),
      text(134, 246, "← gradient, with cuts", "start", "series-2"),
      text(306, 246, "← without (dotted)", "start", "series-1"),
    )
    const still = figure.querySelector("svg:not(.live-plot)")
    figure.querySelector(".live-plot")?.remove()
    still.style.display = "none"
    still.after(picture)
  },

  python: state => {
    const { steps, chunk, first, asked, keep } = within(state)
    return `import numpy as np

from lstm_tutorial import LSTM, backpropagate_trace, trace_sequence, truncated_bptt

T, first, asked, keep = ${steps}, ${first}, ${asked}, ${python(keep)}
unit = LSTM(input_size=1, hidden_size=1, output_size=1)
for array in unit.parameters().values():
    array[:] = 0.0  # the input gate and the output gate are half open
unit.Wf_bias[:] = np.log(keep / (1 - keep))  # the forget gate is at keep
unit.Wc[:] = [[1.0, 0.0]]  # the candidate is tanh(x)
unit.Wy[:] = 1.0  # the answer is h

xs, asks = np.zeros((2, T, 1, 1))  # (T, D, B), (T, O, B)
xs[first - 1] = asks[asked - 1] = 1.0


def answer(ys, asks):
    """Return the answer at the step that asks for it, and its gradient."""
    return float((ys * asks).sum()), asks


trace = trace_sequence(unit, xs)
print(f"c = {trace.c[asked - 1].item():.6g}")
for name, length in (("whole", T), ("cut", ${chunk})):
    dcs = []
    for start in range(0, T, length):
        part = slice(start, start + length)
        chunk = trace._make(value[part] for value in trace)  # the same steps, as a trace
        dcs.extend(backpropagate_trace(unit, chunk, dys=asks[part])["c"])
    chunks = truncated_bptt(unit, xs, asks, answer, length=length)
    dW = sum(chunk.gradients["Wc"][0, 0] for chunk in chunks)
    print(f"dc_{name} = {dcs[first - 1].item():.6g}")
    print(f"dW_{name} = {dW:.6g}")
`
  },
}

export const open = figure => attach(figure, view)
