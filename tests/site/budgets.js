// What of an open chapter is over its budget. Folded parts do not count, and neither does the list of its exercises.
() => {
    const article = document.querySelector("article"), over = []
    const list = article.querySelector(".to-do")
    list?.setAttribute("hidden", "")
    const height = element => element.getBoundingClientRect().height
    const shown = element => height(element) > 0 && !element.closest("details:not([open]) > :not(summary)")
    const blocks = [...article.querySelectorAll("pre")].filter(shown)
    const pictures = [...article.querySelectorAll("figure")].filter(shown)

    const text = article.cloneNode(true)
    for (const element of text.querySelectorAll("pre, .katex, svg, details > :not(summary), .headerlink, script, [hidden]")) element.remove()
    const words = text.textContent.match(/\S*[A-Za-z]\S*/g).length
    if (words > 2200) over.push(`${words} words`)

    if (height(article) > 10000) over.push(`${height(article)} pixels high`)
    const first = pictures.length ? pictures[0].getBoundingClientRect().top - article.getBoundingClientRect().top : Infinity
    if (first > 1500) over.push(`the first picture after ${first} pixels`)
    const code = blocks.reduce((sum, block) => sum + height(block), 0) / height(article)
    if (code > 0.45) over.push(`${Math.round(100 * code)} percent code and output`)
    for (const block of blocks) {
        const lines = block.querySelector("code").textContent.trimEnd().split("\n")
        if (lines.length > 30) over.push(`${lines.length} lines: ${lines[0]}`)
        if (block.querySelector("code").scrollWidth > block.querySelector("code").clientWidth + 1) {
            over.push(`a block wider than its box: ${lines.reduce((a, b) => (a.length > b.length ? a : b))}`)
        }
    }
    for (const needed of ["In this chapter", "In short", "Check yourself"])
        if (![...article.querySelectorAll("h2, .admonition-title")].some(title => title.textContent.startsWith(needed)))
            over.push(`no "${needed}"`)
    const answers = article.querySelectorAll("details.answer").length
    if (answers < 3) over.push(`${answers} questions with answers`)
    list?.removeAttribute("hidden")
    return over
}
