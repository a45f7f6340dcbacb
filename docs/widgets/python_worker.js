// The worker of python.js: Pyodide with NumPy, and lstm_tutorial from its own source.
//
// runtime.json names the six files of Pyodide, their hashes and where they are: beside the site, or at jsDelivr. Each is
// fetched here, its hash is checked by the browser, and it is kept in the browser's store; so Pyodide gets no other bytes.
// Code that runs here may loop, print and allocate without end: python.js ends the worker, and the rest has limits here.

const PRINTED = 200_000 // characters of one run
const MEMORY = 2 ** 30 // bytes

const TYPES = { mjs: "text/javascript", js: "text/javascript", wasm: "application/wasm", json: "application/json" }

// Runs each program and returns None, or the text of an exception, without the frames that are not the reader's.
const RUNNER = `
import contextlib
import linecache
import os
import sys
import traceback

import lstm_tutorial

sys.stdout.reconfigure(line_buffering=True)
session, done = None, []


def execute(code, names):
    file = f"<block {len(done)}>"
    linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
    exec(compile(code, file, "exec"), names)
    done.append(code)


def run(code, *place):
    global session, done
    name, *above = place
    if done != [name, *above]:
        session, done = {"__name__": "__main__"}, [name]
    try:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            for earlier in above[len(done) - 1 :]:
                execute(earlier, session)
        execute(code, session)
    except SystemExit:
        done = []
    except BaseException as error:
        done = []
        frames = error.__traceback__
        while frames and not frames.tb_frame.f_code.co_filename.startswith("<block "):
            frames = frames.tb_next
        return "".join(traceback.format_exception(error.with_traceback(frames)))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
`

// Past the limit Python says MemoryError.
const { grow } = WebAssembly.Memory.prototype
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65536 > MEMORY) throw new RangeError("out of memory")
  return grow.call(this, pages)
}

const lose = reason => postMessage({ type: "lost", reason })

const start = async () => {
  const { version, base, files } = await (await fetch(new URL("runtime.json", import.meta.url))).json()
  const place = new URL(base, import.meta.url)
  const source = await (await fetch(new URL("../_generated/lstm_tutorial.zip", import.meta.url))).arrayBuffer()
  const store = await self.caches?.open(`pyodide ${version}`).catch(() => null) // not everywhere, and never without https

  const total = Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0)
  let loaded = 0
  const load = async ([name, { bytes, integrity }]) => {
    const address = new URL(name, place)
    let response = await store?.match(address)
    if (!response) {
      response = await fetch(address, { integrity })
      if (!response.ok) throw new Error(`${address} answers ${response.status}.`)
      await store?.put(address, response.clone()).catch(() => {}) // without room there, it is fetched again next time
    }
    const blob = new Blob([await response.arrayBuffer()], { type: TYPES[name.split(".").pop()] })
    postMessage({ type: "progress", share: (loaded += bytes) / total })
    return [address.href, blob]
  }
  const blobs = Object.fromEntries(await Promise.all(Object.entries(files).map(load)))
  const script = name => import(URL.createObjectURL(blobs[new URL(name, place)]))

  // Pyodide asks for its files by address.
  const network = self.fetch
  self.fetch = async address => new Response(blobs[address])
  await script("pyodide.asm.js")
  const { loadPyodide } = await script("pyodide.mjs")
  const pyodide = await loadPyodide({ indexURL: place.href })
  await pyodide.loadPackage("numpy", { messageCallback: () => {} })
  self.fetch = network

  pyodide.unpackArchive(source, "zip", { extractDir: "/lib/python3.12/site-packages" })
  const decoder = new TextDecoder()
  const stream = { write: bytes => (print(decoder.decode(bytes, { stream: true })), bytes.length) }
  pyodide.setStdout(stream)
  pyodide.setStderr(stream)
  pyodide.setStdin({ stdin: () => null }) // input() finds the end of a file
  pyodide.runPython(RUNNER)
  return pyodide.globals.get("run")
}

let id, printed

const print = text => {
  if (printed <= PRINTED) postMessage({ type: "output", id, text: text.slice(0, PRINTED - printed) })
  printed += text.length + 20 // a message has a cost of its own
  if (printed > PRINTED) lose(`Stopped: it printed more than ${PRINTED / 1000},000 characters.`)
}

try {
  const run = await start()
  onmessage = ({ data: { code, name, above, ...number } }) => {
    ({ id } = number)
    printed = 0
    try {
      const error = run(code, name, ...above)
      postMessage({ type: "done", id, error: error ?? null })
    } catch (error) { // not the reader's exception: that of Pyodide itself
      lose(`Python broke down, and the next run starts it anew. ${error}`)
    }
  }
  postMessage({ type: "ready" })
} catch (error) {
  lose(`Python could not be loaded. ${error.message}`)
}
