"""Plain queries, typed into the search box of the built site, find the right page among the first three.

A query stands here once there is something to find: add it with its page.
"""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.site.builds import ADDRESS

QUERIES = """
what is an LSTM = learn/fifteen
LSTM = home | learn/fifteen
introduction = learn/fifteen
how does an LSTM work = learn/fifteen | home
LSTM explained = learn/fifteen
long short-term memory = home
install = home
why is memory hard = learn/memory
why use an LSTM instead of an RNN = learn/memory | learn/gradients
long-term dependencies = learn/memory
leaky unit = learn/memory
vanishing gradient = learn/gradients
why do gradients vanish = learn/gradients
exploding gradients = learn/gradients
spectral radius = learn/gradients
orthogonal initialization = learn/gradients
forget gate = learn/cell
what does the input gate do = learn/cell
output gate = learn/cell
candidate = learn/cell
why tanh = learn/cell
why does the LSTM use tanh and sigmoid? = learn/cell
cell state = learn/cell
hidden state = learn/cell
memory cell = learn/cell
constant error carousel = learn/cell | learn/memory
read-out = learn/cell
common mistakes = learn/cell
worked example with numbers = learn/one-step
LSTM by hand = learn/one-step
difference between h and c = learn/through-time | learn/cell
output vs h_n = learn/through-time
return_sequences = learn/through-time
return sequences = learn/through-time
padding = learn/through-time
mask = learn/through-time
variable length sequences = learn/through-time
shape of input = learn/through-time
stateful = learn/through-time
reset the state between sequences = learn/through-time
batch first = learn/through-time
BPTT = learn/bptt
backpropagation through time = learn/bptt
LSTM backward pass = learn/bptt
sigmoid derivative = learn/bptt | reference/notation
finite differences = learn/bptt | learn/check
gradient check = learn/check
gradient checking = learn/check
numerical gradient = learn/check
loss does not go down = learn/check | learn/train
how to train = learn/train
truncated backpropagation = learn/train
TBPTT = learn/train
clipping = learn/train
gradient clipping = learn/train
learning rate = learn/train
Adam = learn/train
momentum = learn/train
optimizer = learn/train
optimiser = learn/train
save and load model = learn/train
resume training = learn/train
checkpoint = learn/train
NaN loss = learn/train
how long can an LSTM remember = learn/remember
forget gate bias = learn/remember
forget bias = learn/remember
initialization = learn/remember | reference/summary
initialisation = learn/remember | reference/summary
chrono initialisation = learn/remember
adding problem = learn/remember
copying task = learn/remember
Reber grammar = learn/experiments
temporal order = learn/experiments
peephole = learn/parts
peephole connections = learn/parts
ablation = learn/parts
coupled gates = learn/parts
what does a trained LSTM look like inside = learn/inside
interpretability = learn/inside
visualisation = learn/inside
how fast is it = learn/fast
speed = learn/fast
gradient checkpointing = learn/fast
PyTorch = reference/notation
Keras = reference/notation
ONNX = reference/notation
gate order of PyTorch = reference/notation | reference/summary
symbols = reference/notation
gated recurrent unit = reference/notation
number of parameters = reference/summary
how many parameters does an LSTM have = reference/summary
parameter count = reference/summary
cheat sheet = reference/summary
TensorFlow = reference/summary
what is hidden size = reference/glossary
hidden_size = reference/glossary
num_units = reference/glossary
recurrent weights = reference/glossary
logits = reference/glossary
unrolling = reference/glossary
teacher forcing = reference/glossary
bidirectional = reference/glossary
stacked layers = reference/glossary
dropout = reference/glossary
overfitting = reference/glossary
overfit = reference/glossary
text generation = reference/glossary
embedding = reference/glossary
epoch = reference/glossary
hyperparameters = reference/glossary
GRU = reference/api/gru
LSTM vs GRU = reference/api/gru | reference/glossary
softmax_cross_entropy = reference/api/losses
clip_by_global_norm = reference/api/optim
check_gradients = learn/check
trace_sequence = reference/api/trace
lstm_tutorial.train = learn/train
Hochreiter Schmidhuber 1997 = reference/bibliography
"""

OBSERVE = """() => { window.rendered = new Promise(resolve => new MutationObserver((_, observer) => {
    observer.disconnect()
    resolve()
}).observe(document.querySelector(".md-search-result__list"), { childList: true })) }"""
RESULTS = """async () => {
    await Promise.race([window.rendered, new Promise(resolve => setTimeout(resolve, 5000))])
    const items = document.querySelectorAll(".md-search-result__list > li")
    return [...items].map(item => item.querySelector("a").href)
}"""


def find(page: Page, query: str) -> list[str]:
    """Type a query into the open search and return the pages that it finds, the best first."""
    page.fill(".md-search__input", query[:-1])
    page.evaluate(OBSERVE)
    page.keyboard.type(query[-1])  # the theme searches when a key is released
    paths = [urlsplit(address).path.strip("/") or "home" for address in page.evaluate(RESULTS)]
    return list(dict.fromkeys(paths))


def test_queries_find_their_page(page: Page) -> None:
    page.goto(ADDRESS + "reference/bibliography/", wait_until="networkidle")
    page.keyboard.press("f")  # the theme's key for the search
    missed = []
    for line in QUERIES.strip().splitlines():
        query, wanted = line.split(" = ")
        found = find(page, query)
        if not set(wanted.split(" | ")) & set(found[:3]):
            missed.append(f"{query} -> {wanted}: {found[:5]}")
    assert missed == []


def test_no_figure_and_no_table_of_numbers_is_indexed(site: Path) -> None:
    """In the index no eight numbers follow one another."""
    index = json.loads((site / "search/search_index.json").read_text())
    for entry in index["docs"]:
        text = re.sub("<[^>]+>", " ", entry["text"])
        assert not re.search(r"(\W?\d\S*\s+){8}", text), entry["location"]
