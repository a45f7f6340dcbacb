// What is left of a gradient that goes back through an LSTM and through a plain network before any training, and what
// the forget gates alone leave of it. One draw of both networks, at the size of the page: 10 inputs and 20 units.
import { attach, power, python, shown } from "./draw.js"
import { norm, plainBackward, plainStep, step, stepBackward } from "./lstm.js"
import { plot } from "./plot.js"

const D = 10, H = 20, T = 100
const LOW = -12, HIGH = 4 // powers of ten that the plot shows

// Numbers between -1 and 1, the same here and in the program: a generator that two lines can repeat (Park and Miller).
const draws = seed => {
  let state = seed * 1000003
  return (...shape) => {
    const next = () => (2 * (state = (state * 48271) % 2147483647)) / 2147483647 - 1
    const fill = ([size, ...rest]) => Array.from({ length: size }, rest.length ? () => fill(rest) : next)
    return fill(shape)
  }
}

const scaled = (array, factor) => array.map(value => (Array.isArray(value) ? scaled(value, factor) : value * factor))

// The spectral radius is the limit of the size of the n-th power, to the power 1/n. Squaring doubles n.
const spectralRadius = U => {
  let size = 0, n = 1
  for (let k = 0; k < 40; k++, n *= 2) {
    const length = norm(U.flat())
    size += Math.log(length) / n
    U = scaled(U, 1 / length)
    U = U.map(row => U.map((_, column) => row.reduce((sum, value, j) => sum + value * U[j][column], 0)))
  }
  return Math.exp(size)
}

const networks = new Map() // by draw

const drawn = draw => {
  if (!networks.has(draw)) {
    const next = draws(draw)
    const W = scaled(next(4, H, D + H), 1 / Math.sqrt(H)), V = scaled(next(H, D + H), 1 / Math.sqrt(H)), xs = next(T, D)
    networks.set(draw, { W, V, xs, radius: spectralRadius(V.map(row => row.slice(D))) })
  }
  return networks.get(draw)
}

// What is left at each lag, from 0 on: by the gates alone at all of them, by all paths as far back as is shown.
const profiles = ({ bias, radius, scale, draw, lag }) => {
  const { W, V, xs, radius: now } = drawn(draw)
  const inputs = scaled(xs, scale * Math.sqrt(3)) // uniform numbers of variance scale squared
  const zero = new Array(H).fill(0), one = new Array(H).fill(1)
  const lstm = { W, b: [new Array(H).fill(bias), zero, zero, zero] }
  const plain = { W: V.map(row => row.map((value, k) => (k < D ? value : (value * radius) / now))), b: zero }
  const steps = [], hs = []
  for (const x of inputs) {
    steps.push(step(lstm, x, steps.at(-1)?.h ?? zero, steps.at(-1)?.c ?? zero))
    hs.push(plainStep(plain, x, hs.at(-1) ?? zero))
  }
  const left = { all: [], gates: [], plain: [] }
  let dh = zero, dc = one, kept = one, d = one
  for (let t = T - 1; t >= 0; t--) {
    left.gates.push(norm(kept) / norm(one))
    kept = kept.map((value, k) => value * steps[t].f[k])
    if (t < T - 1 - lag) continue
    const back = stepBackward(lstm, steps[t], dh, dc)
    left.all.push(norm(back.c) / norm(one))
    left.plain.push(norm(d) / norm(one))
    dh = back.h_prev
    dc = back.c_prev
    d = plainBackward(plain, hs[t], d)
  }
  return left
}

let last // the profiles of the last state, for the drawing

export const view = {
  name: "horizon",
  title: "What is left of a gradient",
  controls: [
    { key: "bias", label: "forget bias", gate: "forget", min: 0, max: 6, step: 0.25, value: 1 },
    { key: "radius", label: "plain RNN: spectral radius", min: 0, max: 4, step: 0.1, value: 1, show: value => shown(value, 1) },
    { key: "scale", label: "size of the inputs", min: 0, max: 3, step: 0.1, value: 1, show: value => shown(value, 1) },
    { key: "lag", label: "steps back", min: 5, max: 99, step: 1, value: 50, show: value => shown(value, 0) },
    { key: "draw", label: "random seed", min: 1, max: 20, step: 1, value: 1, show: value => shown(value, 0) },
  ],

  numbers: state => {
    last = profiles(state)
    return Object.fromEntries(Object.entries(last).map(([name, left]) => [name, left[state.lag]]))
  },

  say: ({ lag }, n) => {
    const third = last.gates.findIndex(left => left < Math.exp(-1))
    return (
      `After ${lag} steps, <b>${power(n.all)}</b> of the gradient is left in the LSTM, and <b>${power(n.plain)}</b> in the plain RNN. ` +
      `The forget gates alone leave <b>${power(n.gates)}</b>: their product falls below 1/e ${third < 0 ? "beyond 99 steps" : `after ${third} steps`}.`
    )
  },

  draw: (figure, { lag }) => {
    const line = (name, label, look) => ({ label, look, points: last[name].slice(0, lag + 1).map((left, k) => [k, Math.log10(left)]) })
    const ticks = [...new Set([0, Math.round(lag / 2), lag])]
    plot(figure, view.title, {
      x: { from: 0, to: lag, ticks: ticks.map(k => [k, String(k)]), label: "steps back" },
      y: { from: LOW, to: HIGH, ticks: [4, 0, -4, -8, -12].map(k => [k, k === 0 ? "1" : power(10 ** k).replace("10000", "10⁴")]), label: "gradient left" },
      lines: [line("plain", "plain RNN", "live-series-1"), line("all", "LSTM, all paths", "live-series-2"), line("gates", "forget gates alone", "live-gates")],
    })
  },

  python: ({ bias, radius, scale, lag, draw }) => `import numpy as np

from lstm_tutorial import LSTM, RNN, backpropagate_trace, trace_sequence

D, H, T = 10, 20, 100
state = ${draw} * 1000003


def draws(*shape):
    """Return numbers between -1 and 1 that any language can repeat (Park and Miller)."""
    global state
    numbers = []
    for _ in range(np.prod(shape)):
        state = state * 48271 % 2147483647
        numbers.append(2 * state / 2147483647 - 1)
    return np.reshape(numbers, shape)


lstm, rnn = LSTM(D, H, None), RNN(D, H, None)
lstm.Wf, lstm.Wi, lstm.Wc, lstm.Wo = draws(4, H, D + H) / np.sqrt(H)
lstm.Wf_bias[:] = ${python(bias)}
rnn.Wh = draws(H, D + H) / np.sqrt(H)
rnn.Wh[:, D:] *= ${python(radius)} / abs(np.linalg.eigvals(rnn.Wh[:, D:])).max()
xs = ${python(scale)} * np.sqrt(3) * draws(T, D)[..., None]  # (T, D, B)

ones, lag = np.ones((H, 1)), ${lag}
trace = trace_sequence(lstm, xs)
left = {
    "all": backpropagate_trace(lstm, trace, dc=ones)["c"][-1 - lag],
    "gates": trace.f[T - lag :].prod(axis=0),
    "plain": backpropagate_trace(rnn, trace_sequence(rnn, xs), dh=ones)["h"][-1 - lag],
}
for name, gradient in left.items():
    print(f"{name} = {np.linalg.norm(gradient) / np.linalg.norm(ones):.6g}")
`,
}

export const open = figure => attach(figure, view)
