"""Draw the decision tree of a network that does not learn: what one sees, a test, what it means.

The picture is written by hand, row by row, and not plotted. Every row is a link to the section that shows it,
so the picture is not an image to a screen reader but a group of links.
"""

from html import escape

from scripts.files import GENERATED, write_atomically

TREE = {
    "Before anything else": [
        ("look at inputs and targets", "finite, of size one", "look-at-the-data"),
        ("loss of the best constant", "the loss to beat", "know-the-baseline"),
        ("train on one batch alone", "0, or a fault", "overfit-one-batch"),
        ("check the gradients", "right, or a fault", "check-the-gradients"),
    ],
    "The loss is NaN or infinite": [
        ("in the first step", "the data, the loss", "nan-in-the-first-step"),
        ("the norm grows and grows", "smaller rate", "the-norm-grows-step-by-step"),
        ("the cell state explodes", "no ReLU in the cell", "relu-inside-the-cell"),
    ],
    "The loss jumps and stays high": [
        ("it came down, then jumped", "clip the gradient", "the-norm-jumps-once"),
        ("it never came down", "smaller rate", "it-never-came-down"),
    ],
    "The loss stays flat": [
        ("one batch is not learned", "fault in code or data", "overfit-one-batch"),
        ("gates are near 0 or 1", "scale the inputs", "../flat/#saturated-gates"),
        ("targets are large", "scale the targets", "../flat/#targets-that-are-too-large"),
        ("early gradients are tiny", "forget bias", "../flat/#no-gradient-at-the-early-steps"),
        ("they are exactly 0", "find what cuts it", "../flat/#a-gradient-that-is-exactly-zero"),
    ],
    "It learns slowly, or only in part": [
        ("faster at ten times the rate", "try other rates", "../flat/#learning-rate-too-small-or-too-large"),
        ("norm grows with the length", "mean, not sum", "../flat/#sum-or-mean-of-the-loss"),
        ("only long ones are learned", "last valid step", "../flat/#short-sequences-read-too-late"),
        ("units are equal", "initial weights", "../flat/#initial-weights"),
    ],
    "It fails on new data": [
        ("more data closes the gap", "overfitting", "../wrong/#overfitting"),
        ("the test data looked good", "split differently", "../wrong/#a-split-that-leaks"),
    ],
    "It repeats itself": [
        ("always the likeliest word", "draw instead", "../wrong/#it-repeats-itself"),
    ],
    "It always gives the last value": [
        ("no better than repeating", "predict the change", "../wrong/#it-always-gives-the-last-value"),
    ],
}
"""By what one sees: what a test finds, what to do then, and the section that shows it."""

WIDTH, ROW, GAP, HEAD = 480, 25, 17, 27
MEANS = 282  # where the right column begins


def build() -> None:
    """Write ``docs/_generated/diagnosis.svg``."""
    drawing, y = "", 0
    for symptom, leaves in TREE.items():
        rows = "".join(row(y + HEAD + ROW * k, *leaf) for k, leaf in enumerate(leaves))
        last = y + HEAD + ROW * (len(leaves) - 1) + 13
        rail = "".join(f"M14 {y + HEAD + ROW * k + 13}h12" for k in range(len(leaves)))
        drawing += (
            f'<path fill="none" stroke="var(--plot-muted)" d="M14 {y + 23}V{last}{rail}"/>'
            f'<rect x="0.5" y="{y + 0.5}" width="300" height="23" rx="6" fill="var(--plot-ground)"'
            f' stroke="var(--plot-ink)"/><text x="10" y="{y + 17}" font-weight="600">{symptom}</text>\n{rows}'
        )
        y = last + 13 + GAP
    title = "What one sees, a test, and what to do"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {WIDTH} {y - GAP}" class="diagram" role="group" aria-label="{title}"'
        f' font-size="16" fill="var(--plot-ink)">\n{drawing}</svg>\n'
    )
    write_atomically(GENERATED / "diagnosis.svg", svg)


def row(y: int, finding: str, remedy: str, section: str) -> str:
    """Return one leaf, a link: xlink:href, because the theme's instant loading fails on href in a drawing."""
    address = section if section.startswith("..") else f"#{section}"
    return (
        f'<a xlink:href="{escape(address)}"><rect x="28" y="{y}" width="{WIDTH - 28}" height="{ROW}"'
        f' fill="var(--plot-ground)"/><text x="32" y="{y + 18}">{finding}</text>'
        f'<text x="{MEANS}" y="{y + 18}" text-decoration="underline">→ {remedy}</text></a>\n'
    )
