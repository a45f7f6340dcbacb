// The theme fetches the search index with every page. It is as large as a page, so here the request waits until
// the search is opened, or until the address asks for it (?q=, ?h=). Loaded before the theme's own script.

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
