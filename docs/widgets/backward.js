// One unit, one step back, line by line, in the drawing of the backward pass: every wire carries its gradient, and the panel
// has each product with its factors. The pass can be broken in four ways; then the numbers that are wrong are marked, and
// central differences say of every array whether it is right, as `check_gradients` of the package does.
import { attach, python, shown, svg } from "./draw.js"
import { sigmoidDerivative, step, tanhDerivative } from "./lstm.js"

const W = { f: [0.6, -0.5], i: [0.8, 0.4], c: [1.1, -0.7], o: [0.5, 0.9] } // for x and for the old h
const BIAS = { f: 1, i: 0, c: 0, o: 0 }
const X = 0.9, H_PREV = -0.4
const STEP = Number.EPSILON ** (1 / 3), ROUNDING = (8 * Number.EPSILON) / STEP, TOLERANCE = 1e-7 // as in gradcheck.py

const BREAKS = {
  none: "nothing",
  dh: "drop dh from the next step",
  dc: "drop dc from the next step",
  tanh: "forget the derivative of tanh(c)",
  sigma: "forget σ′ of the forget gate",
}
const LINES = [
  "The hidden state was used twice, so two gradients are added.",
  "Each factor of h gets dh times the other. In the cell state, what comes through h is added to what the next step sends.",
  "Each factor in the cell state gets dc times its partner.",
  "Back through σ and tanh: times the local derivative.",
  "The input and the old hidden state were read four times, so four gradients are added.",
]
const AT = { dh: 1, do: 2, dc: 2, df: 3, di: 3, dc_tilde: 3, dc_prev: 3, da_f: 4, da_i: 4, da_c: 4, da_o: 4, dx: 5, dh_prev: 5 }

const arrays = c_prev => ({ x: [X], h_prev: [H_PREV], c_prev: [c_prev], ...Object.fromEntries("fico".split("").flatMap(gate => [[`W${gate}`, [...W[gate]]], [`W${gate}_bias`, [BIAS[gate]]]])) })

const forward = a => {
  const network = { W: ["f", "i", "c", "o"].map(gate => [a[`W${gate}`]]), b: ["f", "i", "c", "o"].map(gate => a[`W${gate}_bias`]) }
  const values = step(network, a.x, a.h_prev, a.c_prev)
  return Object.fromEntries(["f", "i", "c_tilde", "o", "c", "h"].map(name => [name, values[name][0]]))
}

// The backward pass as the chapter has it, each line on its own, so that one can be broken.
const backward = ({ dy, dh_next, dc_next, c_prev, broken }) => {
  const { f, i, c_tilde, o, c } = forward(arrays(c_prev))
  const tanh_c = Math.tanh(c)
  const dh = (broken === "dh" ? 0 : dh_next) + dy
  const d_o = dh * tanh_c
  const dc = (broken === "dc" ? 0 : dc_next) + dh * o * (broken === "tanh" ? 1 : tanhDerivative(tanh_c))
  const df = dc * c_prev, di = dc * c_tilde, dc_tilde = dc * i, dc_prev = dc * f
  const da_f = df * (broken === "sigma" ? 1 : sigmoidDerivative(f)), da_i = di * sigmoidDerivative(i)
  const da_c = dc_tilde * tanhDerivative(c_tilde), da_o = d_o * sigmoidDerivative(o)
  const back = k => W.f[k] * da_f + W.i[k] * da_i + W.c[k] * da_c + W.o[k] * da_o
  return { dh, do: d_o, dc, df, di, dc_tilde, dc_prev, da_f, da_i, da_c, da_o, dx: back(0), dh_prev: back(1) }
}

// Of every array that the step has read: the claimed gradient, the central difference, and the error.
const check = (state, claimed) => {
  const a = arrays(state.c_prev)
  const loss = () => {
    const { h, c } = forward(a)
    return (state.dy + state.dh_next) * h + state.dc_next * c
  }
  const size = v => Math.hypot(...v), least = Math.abs(loss() * ROUNDING)
  return Object.entries(a).map(([name, array]) => {
    const da = claimed[`da_${name[1]}`]
    const claims = name.endsWith("_bias") ? [da] : name.startsWith("W") ? [da * X, da * H_PREV] : [claimed[`d${name}`]]
    const numerical = array.map((kept, k) => {
      const by = STEP * Math.max(1, Math.abs(kept))
      const [up, down] = [kept + by, kept - by]
      array[k] = up
      const above = loss()
      array[k] = down
      const below = loss()
      array[k] = kept
      return (above - below) / (up - down)
    })
    const noise = (least * Math.sqrt(array.length)) / TOLERANCE
    const scale = Math.max(size(claims), size(numerical), noise)
    const error = scale ? size(claims.map((claim, k) => claim - numerical[k])) / scale : 0
    return { name, claims, numerical, error, wrong: !(error <= TOLERANCE) }
  })
}

const wrongNames = state => {
  const claimed = backward(state), right = backward({ ...state, broken: "none" })
  return Object.keys(AT).filter(name => Math.abs(claimed[name] - right[name]) > 1e-12)
}

const slider = (key, label, value, gate) => ({ key, label, gate, min: -1, max: 1, step: 0.05, value })

export const view = {
  name: "backward",
  title: "One step back, line by line",
  controls: [
    { key: "line", label: "line of the backward pass", min: 1, max: 6, step: 1, value: 1, show: line => `${line} of 6` },
    { key: "broken", label: "break it", options: BREAKS, value: "none" },
    slider("dh_next", "dh from the next step", 0.6, "hidden"),
    slider("dc_next", "dc from the next step", 0.5, "cell"),
    slider("dy", "dy from the loss", 0.4),
    { key: "c_prev", label: "old cell state", gate: "cell", min: -2, max: 2, step: 0.1, value: 1.2 },
  ],

  numbers: state => {
    const claimed = backward(state)
    return { ...claimed, wrong: check(state, claimed).filter(({ wrong }) => wrong).length }
  },

  say: (state, n) => {
    const wrong = wrongNames(state).filter(name => AT[name] <= state.line)
    if (state.line === 6) return `Every da times x and the old h is a gradient of weights. The check by central differences: <b>${n.wrong ? `${n.wrong} of 11 arrays are wrong` : "all 11 arrays agree"}</b>.`
    const broken = state.broken === "none" ? "" : wrong.length ? ` Wrong so far: <b>${wrong.join(", ")}</b>.` : " Nothing is wrong so far."
    return LINES[state.line - 1] + broken
  },

  detail: (state, n) => {
    const v = forward(arrays(state.c_prev)), t = Math.tanh(v.c), s = shown
    const { dh_next, dc_next, dy, c_prev, broken } = state
    const wrong = new Set(wrongNames(state))
    const row = (name, product) => `<tr><th>${name}</th><td>${product}</td><td>${s(n[name], 3)}${wrong.has(name) ? " ✗" : ""}</td></tr>`
    if (state.line === 6) {
      const number = list => list.map(value => s(value, 3)).join(", ")
      const rows = check(state, n).map(({ name, claims, numerical, error, wrong }) => `<tr><th>${name}</th><td>${number(claims)}</td><td>${number(numerical)}</td><td>${wrong ? s(100 * error, 0) + "% ✗" : "agrees ✓"}</td></tr>`)
      return `<table class="live-table"><thead><tr><th>array</th><th>claimed</th><th>numerical</th><th>error</th></tr></thead>${rows.join("")}</table>`
    }
    const [kept_h, kept_c] = [broken === "dh" ? "0" : s(dh_next), broken === "dc" ? "0" : s(dc_next)]
    const tanhSlope = broken === "tanh" ? "1" : s(tanhDerivative(t), 3), sigmaSlope = broken === "sigma" ? "1" : s(sigmoidDerivative(v.f), 3)
    const weighted = k => ["f", "i", "c", "o"].map(gate => `${s(W[gate][k], 1)} × ${s(n[`da_${gate}`], 3)}`).join(" + ")
    const rows = {
      1: [["dh", `next ${kept_h} + loss ${s(dy)}`]],
      2: [["do", `dh ${s(n.dh)} × tanh(c) ${s(t, 3)}`], ["dc", `next ${kept_c} + dh ${s(n.dh)} × o ${s(v.o, 3)} × tanh′ ${tanhSlope}`]],
      3: [["df", `dc ${s(n.dc, 3)} × old c ${s(c_prev)}`], ["di", `dc ${s(n.dc, 3)} × c̃ ${s(v.c_tilde, 3)}`], ["dc_tilde", `dc ${s(n.dc, 3)} × i ${s(v.i, 3)}`], ["dc_prev", `dc ${s(n.dc, 3)} × f ${s(v.f, 3)}`]],
      4: [["da_f", `df ${s(n.df, 3)} × σ′ ${sigmaSlope}`], ["da_i", `di ${s(n.di, 3)} × σ′ ${s(sigmoidDerivative(v.i), 3)}`], ["da_c", `dc̃ ${s(n.dc_tilde, 3)} × tanh′ ${s(tanhDerivative(v.c_tilde), 3)}`], ["da_o", `do ${s(n.do, 3)} × σ′ ${s(sigmoidDerivative(v.o), 3)}`]],
      5: [["dx", weighted(0)], ["dh_prev", weighted(1)]],
    }[state.line]
    return `<table class="live-table"><thead><tr><th>gradient</th><th>its factors</th><th>value</th></tr></thead>${rows.map(pair => row(...pair)).join("")}</table>`
  },

  draw: (figure, state, n) => {
    const drawing = figure.querySelector("svg"), v = forward(arrays(state.c_prev))
    const wrong = new Set(wrongNames(state))
    const number = (name, x, y, color, anchor = "middle") => {
      if (AT[name] > state.line) return ""
      const mark = wrong.has(name)
      return svg("text", { x, y, class: `live-number live-${color}${mark ? " live-wrong" : ""}`, "text-anchor": anchor }, shown(n[name]) + (mark ? "✗" : ""))
    }
    const given = (value, x, y, color, anchor) => svg("text", { x, y, class: `live-number live-${color}`, "text-anchor": anchor }, shown(value))
    drawing.querySelector(".live-numbers")?.remove()
    drawing.append(
      svg(
        "g",
        { class: "live-numbers" },
        given(state.dc_next, 430, 51, "cell", "middle"),
        given(state.dh_next, 436, 276, "hidden", "middle"),
        given(state.dy, 394, 341, "ink", "start"),
        state.line > 2 ? given(v.f, 131, 20, "forget", "start") : "",
        number("dh", 330, 284, "hidden", "end"),
        state.line > 1 ? given(n.dc - (state.broken === "dc" ? 0 : state.dc_next), 384, 190, "hidden", "start") : "",
        number("do", 331, 216, "output", "start"),
        number("dc", 264, 51, "cell", "start"),
        number("df", 168, 104, "forget"),
        number("di", 220, 122, "input"),
        number("dc_tilde", 272, 104, "candidate"),
        number("dc_prev", 14, 82, "cell", "start"),
        number("da_f", 168, 191, "forget"),
        number("da_i", 220, 191, "input"),
        number("da_c", 272, 191, "candidate"),
        number("da_o", 324, 191, "output"),
        number("dx", 200, 288, "ink", "start"),
        number("dh_prev", 12, 250, "ink", "start"),
      ),
    )
  },

  python: ({ dy, dh_next, dc_next, c_prev, broken }) => {
    const instead = (key, right, wrong) => (broken === key ? `${wrong}  # broken: ${right}` : right)
    const row = gate => `[[${W[gate].map(python).join(", ")}]]`
    return `import numpy as np

from lstm_tutorial import LSTM, check_gradients, sigmoid_derivative, tanh, tanh_derivative

unit = LSTM(input_size=1, hidden_size=1, output_size=None)
unit.Wf, unit.Wi, unit.Wc, unit.Wo = (
    np.array(row) for row in (${["f", "i", "c", "o"].map(row).join(", ")})
)
unit.Wf_bias[:] = 1.0
x, h_prev, c_prev = np.array([[${python(X)}]]), np.array([[${python(H_PREV)}]]), np.array([[${python(c_prev)}]])
dy, dh_next, dc_next = ${python(dy)}, ${python(dh_next)}, ${python(dc_next)}  # the read-out has the weight 1

step = unit.trace(x, h_prev, c_prev)
f, i, c_tilde, o, c = step.f, step.i, step.c_tilde, step.o, step.c
dh = ${instead("dh", "dh_next + dy", "dy")}
do = dh * tanh(c)
dc = ${broken === "dc" ? "dh * o * tanh_derivative(tanh(c))  # broken: dc_next + …" : broken === "tanh" ? "dc_next + dh * o  # broken: * tanh_derivative(tanh(c))" : "dc_next + dh * o * tanh_derivative(tanh(c))"}
df, di, dc_tilde, dc_prev = dc * c_prev, dc * c_tilde, dc * i, dc * f
da_f = ${instead("sigma", "df * sigmoid_derivative(f)", "df")}
da_i = di * sigmoid_derivative(i)
da_c = dc_tilde * tanh_derivative(c_tilde)
da_o = do * sigmoid_derivative(o)
dx, dh_prev = np.split(unit.Wf.T @ da_f + unit.Wi.T @ da_i + unit.Wc.T @ da_c + unit.Wo.T @ da_o, 2)

for name in "dh do dc df di dc_tilde dc_prev da_f da_i da_c da_o dx dh_prev".split():
    print(f"{name} = {np.asarray(globals()[name]).item():.6g}")

xh = np.concatenate((x, h_prev))  # (D+H, B)
claimed = {"x": dx, "h_prev": dh_prev, "c_prev": dc_prev}
for name, da in {"Wf": da_f, "Wi": da_i, "Wc": da_c, "Wo": da_o}.items():
    claimed |= {name: da @ xh.T, f"{name}_bias": da}


def loss():
    """Return a number whose gradients are dy, dh_next and dc_next."""
    step = unit.trace(x, h_prev, c_prev)
    return ((dy + dh_next) * step.h + dc_next * step.c).sum()


read = {"x": x, "h_prev": h_prev, "c_prev": c_prev} | unit.parameters()
report = check_gradients(loss, read, claimed)
print(report)
print(f"wrong = {len(report.wrong)}")
`
  },
}

export const open = figure => attach(figure, view)
