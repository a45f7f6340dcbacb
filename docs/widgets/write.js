// The trained character model writes in the page: sample() of lstm_tutorial/text.py, with the same random numbers, so that it
// writes the same text. The ground of each letter shows the cell state of one unit. The weights are those of the package, copied
// by scripts/figures/write.py; they are loaded at the first touch.
import { attach, html, shown, svg } from "./draw.js"
import { product, step } from "./lstm.js"
import { generator } from "./random.js"

export const ALPHABET = "\n !\"&',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXY[]abcdefghijklmnopqrstuvwxyz" // in the order of training
const D = ALPHABET.length, H = 256, UNIT = 116 // the unit that follows the line most closely
const COLUMNS = 50, CELL = 8.4, ROW = 19, KEY = 29 // of the picture: letters in a row, what each takes, the middle of the key
const FULL = 1.5, SHADES = 6 // the cell state with the strongest shade, and the shades on either side
const SLICE = 5 // milliseconds of computing, then the page may answer
const FILE = new URL("../_generated/write.safetensors", import.meta.url)
const SCALE = Math.sqrt(D) // of the inputs

// Numbers of 16 bits: the same sign, exponent and fraction in 32 bits, where the exponent counts from 112 below.
const widened = halves => {
  const words = new Uint32Array(halves).map(bits => ((bits & 0x8000) << 16) | ((bits & 0x7fff) << 13))
  return new Float64Array(new Float32Array(words.buffer)).map(value => value * 2 ** 112)
}

let network, loading // the weights, and the promise of them
const load = () => (loading ??= read().catch(error => ((loading = undefined), Promise.reject(error))))
const read = async () => {
  const file = await fetch(FILE).then(answer => (answer.ok ? answer.arrayBuffer() : Promise.reject())).catch(() => {
    throw Error("The network could not be loaded. Change something to try again.")
  })
  const start = 8 + new DataView(file).getUint32(0, true), header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, start - 8)))
  const numbers = name => widened(new Uint16Array(file.slice(...header[name].data_offsets.map(at => start + at))))
  const rows = name => {
    const all = numbers(name), [count, length] = header[name].shape
    return Array.from({ length: count }, (_, k) => all.subarray(k * length, (k + 1) * length))
  }
  const gates = ["Wf", "Wi", "Wc", "Wo"]
  network = { W: gates.map(rows), b: gates.map(gate => [...numbers(gate + "_bias")]), Wy: rows("Wy"), by: numbers("Wy_bias") }
}

// The probability of every letter to be drawn, as probabilities() of lstm_tutorial/text.py.
const probabilities = (y, temperature, top_k) => {
  const order = [...y.keys()].sort((j, k) => y[k] - y[j]), highest = y[order[0]]
  const kept = order.slice(0, temperature === 0 ? 1 : top_k), p = new Array(y.length).fill(0)
  for (const k of kept) p[k] = Math.exp((y[k] - highest) / (temperature || 1))
  const total = p.reduce((sum, value) => sum + value, 0)
  return p.map(value => value / total)
}

const draw = (p, random) => {
  let sum = 0
  const sums = p.map(value => (sum += value)), limit = random()
  return sums.findIndex(value => value / sum > limit)
}

// A text that grows: its letters, and after each the states and the outputs; of a written letter, how surprising it was in bits.
const begin = ({ temperature, top_k, seed, prime }) => {
  const random = generator(seed), zero = new Array(H).fill(0)
  const letters = [], cs = [], ys = [], bits = []
  let h = zero
  const grow = () => {
    const t = letters.length
    let letter = ALPHABET.indexOf(prime[t])
    if (t >= prime.length) {
      letter = draw(probabilities(ys[t - 1], temperature, top_k), random)
      bits.push(-Math.log2(probabilities(ys[t - 1], 1, D)[letter]))
    }
    const x = new Array(D).fill(0)
    x[letter] = SCALE
    const now = step(network, x, h, cs[t - 1] ?? zero)
    h = now.h
    letters.push(letter)
    cs.push(now.c)
    ys.push(product(network.Wy, h).map((value, k) => value + network.by[k]))
  }
  return { letters, cs, ys, bits, grow }
}

// The text of a state; the unit that is shown, and a shorter text, need no new one.
let text, key
export const textOf = state => {
  const own = JSON.stringify([state.temperature, state.top_k, state.seed, state.prime])
  if (key !== own) [text, key] = [begin(state), own]
  return text
}
const length = state => state.prime.length + state.letters
const written = (state, { letters }) => letters.slice(0, length(state)).map(k => ALPHABET[k]).join("")

// The next frame; where the page is out of sight there is none.
const frame = () => new Promise(done => (requestAnimationFrame(done), setTimeout(done, 100)))
const visible = letter => ({ "\n": "⏎", " ": "␣" })[letter] ?? letter

// The rows that a text is shown in: a line of it, or as many words as fit.
const rowsOf = letters => letters.match(/[^\n]{0,49}\n|[^\n]{1,49}(?: |$)|[^\n]{1,50}/g) ?? []

export const view = {
  name: "write",
  title: "Let the network write",
  keeps: true,
  controls: [
    { key: "temperature", label: "temperature", min: 0, max: 2, step: 0.05, value: 0.6 },
    { key: "top_k", label: "top-k", min: 1, max: D, step: 1, value: D, show: k => (k === D ? `all ${D}` : String(k)) },
    { key: "seed", label: "seed", min: 0, max: 99, step: 1, value: 1, show: String },
    { key: "letters", label: "letters", min: 20, max: 600, step: 1, value: 240, show: String },
    { key: "unit", label: "unit that colors the text", min: 0, max: H - 1, step: 1, value: UNIT, show: String },
    { press: "Write another text", change: state => ({ seed: (state.seed + 1) % 100 }) },
    {
      key: "prime",
      label: "prime, also called prompt",
      lines: 2,
      text: new RegExp(`^[${ALPHABET.replace(/[-\]]/g, "\\$&")}]{1,200}$`),
      value: "ROSALIND.\n",
      read: line => line.replace(/[‘’]/g, "'").replace(/[“”]/g, '"'),
      hint: line => {
        const unknown = [...new Set(line)].filter(letter => !ALPHABET.includes(letter)).join(" ")
        return unknown ? `The network has never seen ${unknown}` : line ? "At most 200 letters" : "At least one letter"
      },
    },
  ],

  // Writes what is not yet written, in slices.
  work: async function* (state) {
    if (!network) {
      yield "The network is being loaded, 0.7 MB …"
      await load()
    }
    const own = textOf(state)
    if (own.letters.length < length(state)) yield "Writing …"
    for (let end = performance.now() + SLICE; own.letters.length < length(state); own.grow())
      if (performance.now() > end) {
        await frame()
        yield
        end = performance.now() + SLICE
      }
  },

  numbers: state => {
    const { cs, ys, bits } = textOf(state), last = length(state) - 1
    const p = probabilities(ys[last], state.temperature, state.top_k).sort((a, b) => b - a)
    return {
      bits: bits.slice(0, state.letters).reduce((sum, value) => sum + value, 0) / state.letters,
      c: cs[last][state.unit],
      ...Object.fromEntries([0, 1, 2].map(k => [`p_${k + 1}`, p[k]])),
    }
  },

  say: ({ temperature, top_k, letters, unit }, n) => {
    const among = top_k < D ? `, among the ${top_k} likeliest letters` : ""
    return `At temperature ${shown(temperature)}${among}, the network wrote ${letters} letters. By its own probabilities at temperature 1, they cost <b>${shown(n.bits)} bits</b> each, on average. After the last letter, unit ${unit} holds <b>${shown(n.c)}</b>.`
  },

  detail: state => {
    const p = probabilities(textOf(state).ys[length(state) - 1], state.temperature, state.top_k)
    const first = [...p.keys()].sort((j, k) => p[k] - p[j]).slice(0, 6)
    const cell = share => `<td><i style="height:${(1.4 * share).toFixed(3)}rem"></i>${shown(100 * share, 0)}%</td>`
    return `<table class="live-table live-even"><thead><tr><th>next</th>${first.map(k => `<th>${html("b", {}, visible(ALPHABET[k])).innerHTML}</th>`).join("")}</tr></thead><tr><th>chance</th>${first.map(k => cell(p[k])).join("")}</tr></table>`
  },

  draw: (figure, state) => {
    const before = figure.querySelector("svg.letters"), own = textOf(state), letters = written(state, own), rows = rowsOf(letters)
    const width = COLUMNS * CELL, height = Math.max((rows.length + 1.5) * ROW, before.viewBox.baseVal.height) // it never shrinks: nothing below moves
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "letters", role: "img", "aria-label": `A text, colored by the cell state of unit ${state.unit}: ${letters}` })
    const tiles = {}, tile = (shade, x, y) => (tiles[shade] = (tiles[shade] ?? "") + `M${x} ${y}h${CELL}v${ROW - 2}h-${CELL}z`)
    const place = column => +(column * CELL).toFixed(1)
    let t = 0, prime = ""
    const lines = rows.map((row, r) => {
      const read = Math.min(row.length, state.prime.length - t)
      if (read > 0) prime += `M0 ${(r + 1) * ROW - 2.5}h${place(read)}`
      for (const column of [...row].keys()) {
        const c = own.cs[t++][state.unit] / FULL
        tile(10 + Math.round(SHADES * Math.min(1, Math.max(-1, c))), place(column), r * ROW)
      }
      return svg("text", { x: [...row].map((_, column) => place(column + 0.5)).join(" "), y: r * ROW + 13 }, row.replaceAll(" ", "\u00a0").replace("\n", "⏎"))
    })
    for (let k = -SHADES; k <= SHADES; k++) tile(10 + k, place(KEY + k), height - ROW)
    const key = (column, anchor, words) => svg("text", { x: place(column), y: height - ROW + 13, class: "key", "text-anchor": anchor }, words)
    picture.append(
      ...Object.entries(tiles).map(([shade, d]) => svg("path", { d, style: `fill: var(--heat-${shade})` })),
      svg("path", { d: prime, class: "letters-prime" }),
      ...lines,
      key(KEY - SHADES - 1, "end", `c of unit ${state.unit}: −${FULL} or less`),
      key(KEY + SHADES + 2, "start", `${FULL} or more`),
    )
    before.replaceWith(picture)
  },

  python: ({ temperature, top_k, seed, letters, unit, prime }) => `import numpy as np

from lstm_tutorial import softmax, trace_sequence
from lstm_tutorial.text import comedies, encode, inputs, probabilities, sample, trained_on_comedies

lstm, alphabet = trained_on_comedies(), comedies().alphabet
prime = (
${prime.match(/[^]{1,40}/g).map(part => "    " + JSON.stringify(part)).join("\n")}
)
options = {"temperature": ${temperature}, "top_k": ${top_k}}
text = prime + sample(lstm, prime, ${letters}, alphabet, **options, rng=${seed})
print(text)

read = encode(text, alphabet)  # (T,)
trace = trace_sequence(lstm, inputs(lstm, read[:, None]))
t = np.arange(len(prime), len(text))
p = softmax(trace.y[t - 1, :, 0].T)  # (O, N), before each letter that was written
print(f"bits = {-np.log2(p[read[t], t - t[0]]).mean():.6g}")
print(f"c = {trace.c[-1, ${unit}, 0]:.6g}")
p = np.sort(probabilities(trace.y[-1, :, 0], **options))[::-1]  # (O,)
for k in range(3):
    print(f"p_{k + 1} = {p[k]:.6g}")
`,
}

export const open = figure => attach(figure, view)
