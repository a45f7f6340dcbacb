// What is wrong with an open page: text that is cut, covered, broken or too small in a figure, a comma that begins a line,
// links of the navigation too near to each other for a finger, a fold in another size than the text around it.
smallest => {
    const faults = [], all = selector => document.querySelectorAll(selector), lines = (node, start, end) => {
        const range = document.createRange()
        range.setStart(node, start)
        range.setEnd(node, end)
        return range.getClientRects().length
    }
    for (const box of all("pre > code, figure, div.math, article table, .md-typeset__scrollwrap"))
        if (box.clientWidth && box.scrollWidth > box.clientWidth + 1 && !/gradient/.test(getComputedStyle(box).backgroundImage))
            faults.push("scrolls without an edge: " + box.textContent.slice(0, 60))
    for (const code of all(":is(td, th) code")) for (const node of code.childNodes)
        if (node.nodeType === Node.TEXT_NODE) for (const word of node.data.matchAll(/\S+/g))
            if (lines(node, word.index, word.index + word[0].length) > 1) faults.push("broken word: " + word[0])
    for (const button of all(".md-code__button")) if (button.offsetParent) {
        const code = button.closest("pre").querySelector("code")
        if (button.getBoundingClientRect().left < code.getBoundingClientRect().right - 1 || code.closest(".language-text"))
            faults.push("copy button: " + code.textContent.slice(0, 60))
    }
    for (const fold of all("article details"))
        if (getComputedStyle(fold).fontSize !== getComputedStyle(fold.parentElement).fontSize)
            faults.push("another size than around it: " + fold.textContent.trim().slice(0, 60))
    let above = -Infinity
    for (const link of all(".md-nav--primary a.md-nav__link")) if (link.checkVisibility()) {
        const { top } = link.getBoundingClientRect()
        if (top > above && top < above + 24) faults.push("too near to the link above it: " + link.textContent.trim())
        above = top
    }
    for (const formula of all("article span.math")) {
        const next = formula.nextSibling, mark = next?.nodeType === Node.TEXT_NODE && next.data.match(/^[,.;:!?)]/)
        if (!mark || !formula.offsetParent) continue
        const range = document.createRange()
        range.setStart(next, 0)
        range.setEnd(next, 1)
        if (range.getBoundingClientRect().left < [...formula.getClientRects()].pop().left)
            faults.push("a line begins with the mark after " + formula.textContent)
    }
    for (const svg of all("article figure svg")) if (svg.getBoundingClientRect().width) {
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
        const drawn = document.querySelector(svg.querySelector(":scope > use")?.getAttribute("xlink:href")) ?? svg
        for (const text of drawn.querySelectorAll("text, tspan")) if (text.textContent.trim())
            if (parseFloat(getComputedStyle(text).fontSize) * scale < smallest) faults.push("small: " + text.textContent)
    }
    return faults
}
