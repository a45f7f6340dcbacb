// Three changes to the theme's search, loaded before the theme's own script.
//
// 1. The theme fetches the search index with every page. It is as large as a page, so here the request waits until
//    the search is opened, or until the address asks for it (?q=, ?h=).
// 2. The theme loads the worker that searches with every page. Here the worker loads its script with its first message.
// 3. The theme looks for every word as it is typed. Here a question is reduced to the words that matter, in American
//    spelling and without their endings, because the search finds the beginnings of words: "what is initialisation"
//    looks for "initializ".

const { open, send } = XMLHttpRequest.prototype

XMLHttpRequest.prototype.open = function (method, url, ...rest) {
  this.isSearchIndex = String(url).endsWith("/search/search_index.json")
  return open.call(this, method, url, ...rest)
}

XMLHttpRequest.prototype.send = function (body) {
  if (!this.isSearchIndex || /[?&][qh]=/.test(location.search)) return send.call(this, body)
  const first = () => send.call(this, body)
  document.getElementById("__search").addEventListener("change", first, { once: true })
}

window.Worker = class extends Worker {
  constructor(url, options) {
    if (options) return super(url, options) // not the theme's
    const load = `onmessage = first => {
      onmessage = null
      importScripts(${JSON.stringify(new URL(url, document.baseURI))})
      dispatchEvent(new MessageEvent("message", { data: first.data }))
    }`
    super(URL.createObjectURL(new Blob([load])))
  }
}

const SMALL = new Set(("a about an and are between can compared could differ difference different do does did explain explained for from get " +
  "give given happen happens has have how i in instead is it its me mean meaning means my need needs of on or our over should so than that the " +
  "there these this to us use used using versus vs was we what when where which who why will with work works would you your").split(" "))

const stem = (word) => {
  const american = word.replace(/(?<=initial|optim|regular|normal|general|token|vector|visual|util)is(?=[aeio])/, "iz")
    .replace(/(?<=col|behavi|neighb|fav)our/, "or")
  if (!/^[a-z]{4,}$/.test(american)) return american
  const one = american.replace(/(?<![suia])s$/, "")
  if (one.length < 5) return one
  return one.replace(/([^aeiou])\1(ing|ed)$/, "$1").replace(/(ation|izer|ing|ed|e)$/, (end, _, at) =>
    at < (end === "e" ? 6 : 4) ? end : end === "izer" ? "iz" : "")
}

const meant = (query) => {
  if (/["+*:^~]/.test(query)) return query // written in the language of the search itself
  const words = query.toLowerCase().replace(/\blstm_tutorial\./g, "").replace(/n't\b|[’'](s|re|m)?\b|[?!;]/g, " ").split(/[\s_.,/()-]+/).filter(Boolean)
  const large = words.filter((word) => !SMALL.has(word))
  return (large.length ? large : words).map((word) => word.length === 1 ? word + "^" : stem(word)).join(" ")
}

const { postMessage } = Worker.prototype

Worker.prototype.postMessage = function (message, ...rest) {
  const isQuery = message?.type === 2 && typeof message.data === "string"
  return postMessage.call(this, isQuery ? { ...message, data: meant(message.data) } : message, ...rest)
}
