// Python in the page: one worker that runs code with NumPy and this package, and that can be stopped at any time.
//
// It is loaded by what uses it, after a click, and itself loads nothing before `load` or the first `run`. What runs
// inside is in python_worker.js. This file knows nothing of the page: run.js and others show what it gives.

export class Python {
  #worker = null
  #ready = null // the promise of `load`
  #giveUp = null // rejects it
  #onProgress = new Set()
  #runs = new Map() // what is not finished: number → { resolve, onOutput }
  #count = 0

  // Load Python, unless it is there: 9 MB the first time, then from the browser's store. `onProgress` hears how much has come,
  // from 0 to 1. If the promise rejects, its error says why, and the next call tries again.
  load(onProgress = () => {}) {
    this.#onProgress.add(onProgress)
    this.#ready ??= new Promise((resolve, reject) => {
      this.#giveUp = reject
      this.#worker = new Worker(new URL("python_worker.js", import.meta.url), { type: "module" })
      this.#worker.onmessage = ({ data }) => this.#hear(data, resolve)
      this.#worker.onerror = event => this.stop(`Python could not be loaded. ${event.message ?? ""}`.trim())
    })
    return this.#ready.finally(() => this.#onProgress.delete(onProgress))
  }

  // Run a program and resolve, always, to { ok, output, error }: all that it printed, and null or the text of what went wrong.
  // `onOutput` hears what is printed, piece by piece. `above` are programs that have to run first, in order, and silently.
  // All of them share their variables, and nothing is left of earlier runs. But what has already run under the same `name`,
  // and in the same order, is not run again. Runs wait for each other.
  async run(code, { onOutput = () => {}, name = "", above = [] } = {}) {
    let output = ""
    try {
      await this.load()
    } catch (error) {
      return { ok: false, output, error: error.message }
    }
    const id = ++this.#count
    const hear = text => {
      output += text
      onOutput(text)
    }
    const error = await new Promise(resolve => {
      this.#runs.set(id, { resolve, onOutput: hear })
      this.#worker.postMessage({ id, code, name, above })
    })
    return { ok: error === null, output, error }
  }

  // End all runs at once: each resolves with this reason as its error. The next run starts Python anew.
  stop(reason = "Stopped.") {
    this.#worker?.terminate()
    this.#giveUp?.(new Error(reason))
    for (const { resolve } of this.#runs.values()) resolve(reason)
    this.#runs.clear()
    this.#worker = this.#ready = this.#giveUp = null
  }

  #hear(message, ready) {
    const run = this.#runs.get(message.id)
    if (message.type === "progress") for (const hear of this.#onProgress) hear(message.share)
    if (message.type === "ready") ready()
    if (message.type === "output") run?.onOutput(message.text)
    if (message.type === "lost") this.stop(message.reason) // Python cannot go on
    if (message.type === "done") {
      this.#runs.delete(message.id)
      run?.resolve(message.error)
    }
  }
}

export const python = new Python() // the one of this page
