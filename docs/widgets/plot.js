// Lines over two axes, in place of the plot that the page was built with and as large as it.
import { svg } from "./draw.js"

const SIZE = 14.5 // of text, in pixels

// x and y are { from, to, ticks: [[value, label]], label }; a line is { points: [[x, y]], label, look }, where the look is a
// class of live.css. Points beyond an axis are left out. `below` is left free for what stands under the plot.
export const plot = (figure, name, { x, y, lines, below = 0 }) => {
  const still = figure.querySelector("svg:not(.live-plot)")
  const width = figure.querySelector(".try").clientWidth
  const { width: w, height: h } = still.viewBox.baseVal
  const height = Math.max(280, Math.round((width * h) / w) - below)
  const rows = Math.ceil(lines.length / 2)
  const left = 52, right = width - 6, top = 8 + 22 * rows + 22, bottom = height - 44
  const along = ({ from, to }, value, start, end) => start + ((value - from) / (to - from)) * (end - start)
  const inside = ([u, v]) => u >= x.from && u <= x.to && v >= y.from && v <= y.to
  const at = (u, v) => [along(x, u, left, right), along(y, v, bottom, top)]
  const text = (u, v, words, anchor = "middle") => svg("text", { x: u, y: v, "text-anchor": anchor }, words)

  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "live-plot", role: "img", "aria-label": name, "font-size": SIZE })
  for (const [value, label] of y.ticks) {
    const [, v] = at(x.from, value)
    picture.append(svg("path", { d: `M${left} ${v}H${right}`, class: "live-grid" }), text(left - 7, v + 5, label, "end"))
  }
  for (const [value, label] of x.ticks) {
    const [u] = at(value, y.from)
    picture.append(svg("path", { d: `M${u} ${bottom}v5`, class: "live-tick" }), text(u, bottom + 20, label, value === x.to ? "end" : "middle"))
  }
  picture.append(text(2, top - 9, y.label, "start"), text((left + right) / 2, height - 4, x.label))
  for (const [k, { points, label, look }] of lines.entries()) {
    let path = "", pen = "M"
    for (const point of points) {
      if (inside(point)) path += pen + at(...point).map(number => number.toFixed(1))
      pen = inside(point) ? "L" : "M"
    }
    const u = 2 + (k % 2) * (width / 2), v = 16 + 22 * Math.floor(k / 2)
    picture.append(svg("path", { d: path, class: `live-line ${look}` }))
    picture.append(svg("path", { d: `M${u} ${v - 5}h26`, class: `live-line ${look}` }), text(u + 33, v, label, "start"))
  }
  figure.querySelector(".live-plot")?.remove()
  still.style.display = "none"
  still.after(picture)
}
