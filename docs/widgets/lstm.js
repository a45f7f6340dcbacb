// The LSTM of lstm_tutorial/lstm.py for one example, one step forward and one step backward, and the plain network
// of lstm_tutorial/rnn.py. Letters and order are the package's: a network is { W, b } with the four gates in the order
// f, i, c_tilde, o; each W[gate] has H rows of D+H numbers; x, h, c and all gradients are lists of numbers.
// There is no batch, no read-out and no training here. tests/site/test_widgets.py compares it with the package.

// No exponent is ever positive, so nothing overflows.
export const sigmoid = a => Math.exp(Math.min(a, 0)) / (1 + Math.exp(-Math.abs(a)))
export const sigmoidDerivative = s => s * (1 - s)
export const tanhDerivative = t => 1 - t * t

const zip = (u, v, combine) => u.map((value, k) => combine(value, v[k]))
const times = (u, v) => zip(u, v, (a, b) => a * b)
const plus = (u, v) => zip(u, v, (a, b) => a + b)
export const norm = v => Math.hypot(...v)

// W @ v
export const product = (W, v) =>
  W.map(row => {
    let sum = 0
    for (let k = 0; k < v.length; k++) sum += row[k] * v[k]
    return sum
  })

// W.T @ v
export const productBack = (W, v) => {
  const sums = new Array(W[0].length).fill(0)
  for (let j = 0; j < v.length; j++) for (let k = 0; k < sums.length; k++) sums[k] += W[j][k] * v[j]
  return sums
}

// u @ v.T
const outer = (u, v) => u.map(a => v.map(b => a * b))

// Whoever intervenes is shown values, by name, before the next line uses them, and may change them in place.
export const step = ({ W, b }, x, h_prev, c_prev, intervene = () => {}) => {
  const xh = [...x, ...h_prev]
  const [a_f, a_i, a_c, a_o] = W.map((rows, gate) => plus(product(rows, xh), b[gate]))
  const f = a_f.map(sigmoid), i = a_i.map(sigmoid), c_tilde = a_c.map(Math.tanh), o = a_o.map(sigmoid)
  intervene({ f, i, c_tilde, o })
  const c = plus(times(f, c_prev), times(i, c_tilde)) // keep some, add some
  intervene({ c })
  const h = times(o, c.map(Math.tanh)) // show some
  return { x, h_prev, c_prev, a_f, a_i, a_c, a_o, f, i, c_tilde, o, c, h }
}

// The gradients of everything that the step computed and read, by name; dh and dcNext are those of its results.
export const stepBackward = ({ W }, { x, h_prev, c_prev, f, i, c_tilde, o, c }, dh, dcNext) => {
  const tanh_c = c.map(Math.tanh)
  const d_o = times(dh, tanh_c)
  const dc = plus(dcNext, times(times(dh, o), tanh_c.map(tanhDerivative))) // c acts through h and through the next c
  const df = times(dc, c_prev), di = times(dc, c_tilde), dc_tilde = times(dc, i), dc_prev = times(dc, f)
  const da_f = times(df, f.map(sigmoidDerivative)), da_i = times(di, i.map(sigmoidDerivative))
  const da_c = times(dc_tilde, c_tilde.map(tanhDerivative)), da_o = times(d_o, o.map(sigmoidDerivative))
  const da = [da_f, da_i, da_c, da_o]
  const dxh = da.map((gradient, gate) => productBack(W[gate], gradient)).reduce(plus)
  return {
    a_f: da_f, a_i: da_i, a_c: da_c, a_o: da_o, f: df, i: di, c_tilde: dc_tilde, o: d_o, c: dc,
    x: dxh.slice(0, x.length), h_prev: dxh.slice(x.length), c_prev: dc_prev,
  }
}

// The gradients of the weights and biases, from what the step read and from what `stepBackward` returned.
export const weightGradients = ({ x, h_prev }, { a_f, a_i, a_c, a_o }) => {
  const xh = [...x, ...h_prev]
  const [Wf, Wi, Wc, Wo] = [a_f, a_i, a_c, a_o].map(da => outer(da, xh))
  return { Wf, Wi, Wc, Wo, Wf_bias: a_f, Wi_bias: a_i, Wc_bias: a_c, Wo_bias: a_o }
}

// The plain network: h = tanh(W @ [x; h_prev] + b), and the gradient of h_prev.
export const plainStep = ({ W, b }, x, h_prev) => plus(product(W, [...x, ...h_prev]), b).map(Math.tanh)
export const plainBackward = ({ W }, h, dh) => productBack(W, times(dh, h.map(tanhDerivative))).slice(-h.length)
