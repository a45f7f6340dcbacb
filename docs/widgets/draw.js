// What all live views share: the panel, the state in the address, copies as Python and as a link, the sentence that
// screen readers hear, and a few lines to draw SVG with. A view is an object:
//
//   name      the word in the address: ?name=x:1,f:6
//   title     what stands over its sliders
//   controls  a list of { key, label, value } with { min, max, step } for a slider, { options: {value: label} } for a choice
//             or { text: pattern, hint } for a text, where `hint` says why one is refused, `read` repairs what is typed
//             and `lines` gives more than one;
//             `gate` colors it, `show` writes its value, `most` gives the end of a slider, `also`, from the value and the state, gives what else changes with it, and { press: label, change } is a button that changes the state
//   numbers   (state) => every number that the view and its program give, by name
//   keeps     whether the links of the figure leave what they do not name as it is
//   draw      (figure, state, numbers) => draws them into the figure
//   say       (state, numbers) => the sentence, as HTML
//   detail    (state, numbers) => a table above the sentence, as HTML; where there is one
//   python    (state) => a program that prints the numbers with the package
//   work      async function* (state): does what takes longer than a frame before `numbers` is asked; at each yield the
//             figure is drawn as far as it is, and a text that it yields is said
//
// Nothing is computed before the reader touches the view or comes with a link.

const SVG = "http://www.w3.org/2000/svg"

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children)
export const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children)

// A number as people read it: a true minus, and none before zero.
export const shown = (value, digits = 2) => {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "not a number"
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && +text ? "−" + text : text
}

// Very small and large numbers with a power of ten.
export const power = value => {
  if (value === 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 1000)) return String(+value.toPrecision(2))
  const [mantissa, exponent] = value.toExponential(0).split("e")
  const raised = [...String(+exponent)].map(sign => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")
  return `${mantissa === "1" ? "" : mantissa + " × "}10${raised}`
}

// A number as Python reads it.
export const python = value => (Number.isInteger(value) ? value.toFixed(1) : String(value))

const initial = view => Object.fromEntries(view.controls.filter(({ key }) => key).map(({ key, value }) => [key, value]))

// What was cut short is taken as it is.
const decoded = text => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

// "f:6,i:-6" over a state, by default the initial one. What the view cannot have is left out.
const parse = (view, text, from) => {
  const state = { ...(from || initial(view)) }
  for (const pair of text.split(",")) {
    const [key, raw] = pair.split(":")
    const control = view.controls.find(control => control.key === key)
    if (!control || raw === undefined) continue
    const value = decoded(raw)
    if (control.text) state[key] = control.text.test(value) ? value : state[key]
    else if (control.options) state[key] = value in control.options ? value : state[key]
    else if (value.trim() !== "" && Number.isFinite(+value)) {
      const number = control.step === 1 ? Math.round(+value) : +value
      state[key] = control.clamp === false ? number : Math.min(control.max, Math.max(control.min, number))
    }
  }
  return state
}

const written = state => Object.entries(state).map(([key, value]) => `${key}:${encodeURIComponent(value)}`).join(",")

// The address of the page with this view in this state; what else stands in the address stays.
const address = (view, figure, state) => {
  const others = location.search.slice(1).split("&").filter(part => part && !part.startsWith(view.name + "="))
  const own = state ? [`${view.name}=${written(state)}`] : []
  const query = [...others, ...own].join("&")
  return location.pathname + (query ? "?" + query : "") + (state ? "#" + figure.id : location.hash)
}

// Some programs encode a link that they pass on, colons too.
const asked = (view, search) => {
  const part = search.slice(1).split("&").find(part => part.startsWith(view.name + "="))?.slice(view.name.length + 1)
  return part?.includes(":") ? part : part && decoded(part)
}

const stylesheet = new URL("live.css", import.meta.url).href
const styled = () =>
  new Promise(done => {
    if (document.querySelector(`link[href="${stylesheet}"]`)) return done()
    const link = html("link", { rel: "stylesheet", href: stylesheet })
    link.onload = link.onerror = done
    document.head.append(link)
  })

const nextFrame = () => new Promise(requestAnimationFrame)

// Lets a view live in its figure: at once if the address asks for it, else with a press of one of its links.
export const attach = async (figure, view) => {
  await styled()
  let panel
  const show = state => {
    panel ??= open(figure, view)
    panel.set(state)
  }
  figure.addEventListener(
    "click",
    event => {
      const link = event.target.closest(".try a")
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      event.stopPropagation() // the theme would look for another page
      show(parse(view, asked(view, link.search) ?? "", view.keeps && panel?.get()))
      const { top } = figure.getBoundingClientRect(), { top: links } = link.getBoundingClientRect()
      if ((top + links) / 2 < 60) figure.scrollIntoView() // most of the drawing was out of sight
    },
    true,
  )
  figure.addEventListener("keydown", event => {
    if (event.key !== " " || !event.target.closest(".try a")) return // they look like buttons
    event.preventDefault()
    event.target.click()
  })
  const state = asked(view, location.search)
  if (state !== undefined || location.hash === "#" + figure.id) {
    show(parse(view, state ?? ""))
    const fits = pair => parse(view, pair)[pair.split(":")[0]] == decoded(pair.split(":")[1] ?? "?")
    if (state && !state.split(",").every(fits)) figure.querySelector(".live-head").after(html("p", { class: "live-lost" }, "Part of the link does not fit and was left out."))
    await nextFrame() // what the panel pushes down gets its place before it is seen
    await nextFrame()
  }
  figure.classList.add("ready")
}

const tool = (label, press) => {
  const button = html("button", { type: "button", class: "live-tool" }, label)
  button.addEventListener("click", () => press(button))
  return button
}

// Says on the button that the copy was made; hands it over where it cannot be.
const copy = async (button, text) => {
  const label = button.textContent
  try {
    await navigator.clipboard.writeText(text)
    button.style.minWidth = button.getBoundingClientRect().width + "px"
    button.textContent = "Copied"
  } catch {
    prompt("Copy this:", text)
  }
  setTimeout(() => (button.textContent = label), 1500)
}

// Builds the panel under the links of the figure.
const open = (figure, view) => {
  let state = initial(view), later
  const links = figure.querySelector(".try")
  const fields = view.controls.map(control => field(control, () => state, change => set({ ...state, ...change })))
  const sentence = html("p", { class: "live-say", role: "status" }), detail = html("div", { class: "live-detail" })
  const panel = html(
    "div",
    { class: "live", role: "group", "aria-label": view.title },
    html(
      "div",
      { class: "live-head" },
      html("strong", {}, view.title),
      tool("Copy as Python", button => copy(button, view.python(state))),
      tool("Copy link", button => copy(button, location.origin + address(view, figure, state))),
      tool("Reset", () => set(initial(view))),
    ),
    html("div", { class: "live-panel" }, ...fields.map(({ element }) => element)),
    ...(view.detail ? [detail] : []),
    sentence,
  )
  links.after(panel)

  const show = () => {
    const numbers = view.numbers(state)
    view.draw(figure, state, numbers)
    if (view.detail) detail.innerHTML = view.detail(state, numbers)
    sentence.innerHTML = view.say(state, numbers)
  }
  // Another state puts an end to the work on this one.
  const work = async own => {
    figure.setAttribute("aria-busy", "true")
    try {
      for await (const said of view.work(own)) {
        if (state !== own) return
        if (said) sentence.textContent = said
        else if (!matchMedia("(prefers-reduced-motion: reduce)").matches) view.draw(figure, own)
      }
      if (state === own) show()
    } catch (error) {
      if (state === own) sentence.textContent = error.message
    }
    if (state === own) figure.removeAttribute("aria-busy")
  }
  const set = next => {
    state = next
    for (const { update } of fields) update(state)
    if (view.work) work(state)
    else show()
    for (const link of links.querySelectorAll("a"))
      if (written(parse(view, asked(view, link.search) ?? "", view.keeps && state)) === written(state)) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    figure.classList.toggle("changed", written(state) !== written(initial(view))) // and not what its caption tells
    clearTimeout(later) // browsers refuse an address that changes with every pixel
    later = setTimeout(() => panel.isConnected && history.replaceState(history.state, "", address(view, figure, state)), 300)
  }
  return { set, get: () => state }
}

let last = 0 // of the names of fields

const field = (control, get, change) => {
  if (control.press) {
    const button = tool(control.press, () => change(control.change(get())))
    button.classList.add("live-press")
    return { element: button, update: () => (button.disabled = control.when ? !control.when(get()) : false) }
  }
  const id = `live-${++last}`, gate = control.gate ? ` live-${control.gate}` : ""
  const label = html("label", { for: id })
  label.innerHTML = control.label
  if (control.options) {
    const choices = Object.entries(control.options).map(([value, text]) => html("option", { value }, text))
    const select = html("select", { id }, ...choices)
    select.addEventListener("change", () => change({ [control.key]: select.value }))
    return { element: html("div", { class: "live-field" + gate }, label, select), update: state => (select.value = state[control.key]) }
  }
  if (control.text) {
    const options = { id, class: "live-text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": id + "-hint" }
    const line = control.lines ? html("textarea", { ...options, rows: control.lines }) : html("input", { ...options, type: "text" })
    const hint = html("small", { id: id + "-hint", role: "status" })
    const tell = text => {
      const fits = control.text.test(text)
      line.setAttribute("aria-invalid", String(!fits))
      hint.textContent = fits ? "" : control.hint(text)
      return fits
    }
    line.addEventListener("input", () => {
      const text = control.read(line.value)
      if (tell(text)) change({ [control.key]: text }) // until it fits, the view stays as it was
    })
    const update = state => {
      if (line !== document.activeElement || control.read(line.value) !== state[control.key]) line.value = state[control.key]
      tell(state[control.key])
    }
    return { element: html("div", { class: "live-field" + (control.lines ? " live-wide" : "") }, label, line, hint), update }
  }
  const { min, max, step } = control
  const slider = html("input", { id, type: "range", min, max, step }), output = html("output", { for: id })
  slider.addEventListener("input", () => change({ [control.key]: +slider.value, ...control.also?.(+slider.value, get()) }))
  const write = control.show ?? (value => shown(value))
  return {
    element: html("div", { class: "live-field" + gate }, label, output, slider),
    update: state => {
      if (control.most) slider.max = control.most(state)
      slider.value = state[control.key]
      output.textContent = write(state[control.key], state)
      slider.setAttribute("aria-valuetext", output.textContent)
    },
  }
}
