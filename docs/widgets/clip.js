// One gradient with two entries, clipped by its norm and by value, as arrows: clipping by norm keeps the direction.
import { attach, python, shown, svg } from "./draw.js"

const REACH = 4, HIGH = 2 // how far the axes go to the sides, and up and down

const clip = ({ first, second, limit }) => {
  const norm = Math.hypot(first, second), factor = norm > limit ? limit / norm : 1
  return { norm, byNorm: [first, second].map(entry => entry * factor), byValue: [first, second].map(entry => Math.min(limit, Math.max(-limit, entry))) }
}

const degrees = ([x, y]) => (Math.atan2(y, x) * 180) / Math.PI

export const view = {
  name: "clip",
  title: "Clip one gradient in two ways",
  controls: [
    { key: "first", label: "first entry", min: -REACH, max: REACH, step: 0.1, value: 3, show: entry => shown(entry, 1) },
    { key: "second", label: "second entry", min: -HIGH, max: HIGH, step: 0.1, value: 1.2, show: entry => shown(entry, 1) },
    { key: "limit", label: "limit", min: 0.25, max: 2, step: 0.05, value: 1 },
  ],

  numbers: state => {
    const { norm, byNorm, byValue } = clip(state)
    return { norm, by_norm_0: byNorm[0], by_norm_1: byNorm[1], by_value_0: byValue[0], by_value_1: byValue[1] }
  },

  say: (state, n) => {
    const { byNorm, byValue } = clip(state), pair = list => `(${list.map(entry => shown(entry)).join(", ")})`
    const turned = Math.abs(degrees(byValue) - degrees([state.first, state.second]))
    const by = n.norm > state.limit ? `By norm it becomes <b>${pair(byNorm)}</b> and keeps its direction.` : "Its norm is within the limit, so clipping by norm changes nothing."
    return `The gradient has the norm <b>${shown(n.norm)}</b>. ${by} By value it becomes <b>${pair(byValue)}</b>, turned by <b>${shown(turned, 0)}°</b>.`
  },

  draw: (figure, state) => {
    const { byNorm, byValue } = clip(state), still = figure.querySelector("svg:not(.live-plot)"), width = figure.querySelector(".try").clientWidth
    const unit = width / (2 * REACH + 0.6), height = Math.round(unit * (2 * HIGH + 0.5) + 34), x = width / 2, y = unit * (HIGH + 0.25)
    const at = ([u, v]) => [x + u * unit, y - v * unit], { limit } = state
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "live-plot", role: "img", "aria-label": view.title, "font-size": 14.5 })
    picture.append(
      svg("path", { d: `M0 ${y}H${width}M${x} 0V${2 * y}`, class: "live-grid" }),
      svg("circle", { cx: x, cy: y, r: limit * unit, class: "live-limit" }),
      svg("rect", { x: x - limit * unit, y: y - limit * unit, width: 2 * limit * unit, height: 2 * limit * unit, class: "live-limit" }),
    )
    for (const [tip, look] of [[[state.first, state.second], 1], [byValue, 3], [byNorm, 2]]) {
      const [u, v] = at(tip), size = Math.hypot(u - x, v - y)
      if (size < 1) continue
      const turn = (Math.atan2(v - y, u - x) * 180) / Math.PI
      picture.append(svg("path", { d: `M0 0H${size - 9}`, class: `live-line live-arrow-${look}`, transform: `translate(${x} ${y}) rotate(${turn})` }), svg("path", { d: "M0 0l-11-5v10z", class: `live-head-${look}`, transform: `translate(${u} ${v}) rotate(${turn})` }))
    }
    for (const [k, [words, look]] of [["gradient", 1], ["by norm", 2], ["by value", 3]].entries()) {
      const u = 2 + (k * width) / 3
      picture.append(svg("path", { d: `M${u} ${height - 10}h24`, class: `live-line live-arrow-${look}` }), svg("text", { x: u + 31, y: height - 5 }, words))
    }
    figure.querySelector(".live-plot")?.remove()
    still.style.display = "none"
    still.after(picture)
  },

  python: ({ first, second, limit }) => `import numpy as np

from lstm_tutorial import clip_by_global_norm, clip_by_value

gradients = {"W": np.array([${python(first)}, ${python(second)}])}
by_norm, norm = clip_by_global_norm(gradients, ${python(limit)})
by_value, _ = clip_by_value(gradients, ${python(limit)})
print(f"norm = {norm:.6g}")
for name, clipped in (("by_norm", by_norm["W"]), ("by_value", by_value["W"])):
    print(f"{name}_0 = {clipped[0]:.6g}\\n{name}_1 = {clipped[1]:.6g}")
`,
}

export const open = figure => attach(figure, view)
