"""Build the results tables of the pages from the records of the experiments. Nothing is measured here."""

from __future__ import annotations

from statistics import median
from typing import Any, NamedTuple

from scripts.experiments.harness import read_record

Runs = list[dict[str, Any]]


class Row(NamedTuple):
    """A line of the overview: an arm of a record beside what its paper says about it."""

    record: str
    arm: str
    label: str
    published: str
    succeeds: bool | None
    """Whether the paper's network solves it; None where the paper says nothing that compares."""


_WORST = "among the worst of 8 (speech, handwriting, music)"
_EQUAL = "no worse than the LSTM (speech, handwriting, music)"
_WORSE = "worse on speech and handwriting, not on music"

OVERVIEW = [
    Row("embedded_reber", "LSTM", "embedded Reber, LSTM", "97 to 100 %; 8,440 to 39,740 sequences", True),
    Row("embedded_reber", "plain RNN", "embedded Reber, plain RNN", "Elman 0 %; RTRL some fraction", None),
    Row(
        "continual_reber",
        "with the forget gate",
        "continual Reber, LSTM",
        "18 %; with a decaying learning rate 62 %",
        True,
    ),
    Row("continual_reber", "without", "continual Reber, no forget gate", "0 %", False),
    Row("adding_1997", "T = 100", "adding, first form, T = 100, LSTM", "74,000; 1 of 2,560 wrong", True),
    Row("temporal_order", "chrono", "temporal order, LSTM, chrono", "31,390; 1 of 2,560 wrong", True),
    Row("temporal_order", "forget bias 5", "temporal order, LSTM, forget bias 5", "", None),
    Row("temporal_order", "forget bias 1", "temporal order, LSTM, forget bias 1", "", None),
    Row("long_lag", "LSTM, chrono", "long lag, p = 100, LSTM, chrono", "100 %; 5,040 sequences", True),
    Row("long_lag", "LSTM, forget bias 1", "long lag, p = 100, LSTM, forget bias 1", "", None),
    Row("long_lag", "plain RNN", "long lag, p = 100, plain RNN", "0 % after 5 million", False),
    Row("long_lag", "guessing", "long lag, p = 100, guessed weights", "", None),
    Row("two_sequence", "LSTM, chrono", "two-sequence, T = 100, LSTM", "27,380 sequences", True),
    Row("two_sequence", "guessing", "two-sequence, T = 100, guessed weights", "faster than learning", True),
    Row("adding", "T = 100, chrono", "adding, T = 100, LSTM, chrono", "solved (a curve)", True),
    Row("adding", "T = 100, plain RNN", "adding, T = 100, plain RNN", "stays at 1/6 (a curve)", False),
    Row("adding", "T = 400, chrono", "adding, T = 400, LSTM, chrono", "", None),
    Row("adding", "T = 400, forget bias 1", "adding, T = 400, LSTM, forget bias 1", "", None),
    Row("copying", "chrono", "copying, LSTM, chrono", "below the baseline (a curve)", True),
    Row(
        "copying", "forget bias 1", "copying, LSTM, forget bias 1", "stays far above chrono (a curve)", False
    ),
    Row("ablation_reber", "no forget gate", "embedded Reber, no forget gate", _WORST, None),
    Row("ablation_reber", "coupled gates", "embedded Reber, coupled gates", _EQUAL, True),
    Row("ablation_reber", "no input gate", "embedded Reber, no input gate", _WORSE, None),
    Row("ablation_reber", "no output gate", "embedded Reber, no output gate", _WORSE, None),
    Row("ablation_reber", "no input activation", "embedded Reber, no input activation", _WORSE, None),
    Row("ablation_adding", "no forget gate", "adding, T = 50, no forget gate", _WORST, None),
    Row("ablation_adding", "coupled gates", "adding, T = 50, coupled gates", _EQUAL, True),
    Row("ablation_adding", "no input gate", "adding, T = 50, no input gate", _WORSE, None),
    Row("ablation_adding", "no output gate", "adding, T = 50, no output gate", _WORSE, None),
    Row("ablation_adding", "no input activation", "adding, T = 50, no input activation", _WORSE, None),
]


def overview() -> str:
    """Return the table of all experiments as Markdown."""
    lines = [
        "| experiment | published | solved here | sequences, median (range) | CPU seconds a run | verdict |",
        "|---|---|---|---|---|---|",
    ]
    for row in OVERVIEW:
        record = read_record(row.record)
        runs = record["arms"][row.arm]["runs"]
        published = f"{record['paper'][-4:]}: {row.published}" if row.published else "not reported"
        cells = [row.label, published, solved(runs), sequences(runs), seconds(runs), verdict(row, runs)]
        lines.append(f"| {' | '.join(cells)} |")
    return unbroken("\n".join(lines))


def arms_table(name: str, arms: list[str] | None = None) -> str:
    """Return a table of the arms of one record as Markdown."""
    kept = read_record(name)["arms"]
    lines = ["| network | solved | sequences, median (range) | CPU seconds a run |", "|---|---|---|---|"]
    for arm in arms or list(kept):
        runs = kept[arm]["runs"]
        lines.append(f"| {arm} | {solved(runs)} | {sequences(runs)} | {seconds(runs)} |")
    return unbroken("\n".join(lines))


def unbroken(table: str) -> str:
    """Put non-breaking spaces where a line must not break: 100 %, T = 100."""
    return table.replace(" %", "\u00a0%").replace(" = ", "\u00a0=\u00a0")


def solved(runs: Runs) -> str:
    """Return how many of the runs were solved, as text."""
    return f"{count_solved(runs)} of {len(runs)}"


def count_solved(runs: Runs) -> int:
    """Return how many of the runs were solved."""
    return sum(run["solved"] for run in runs)


def sequences(runs: Runs) -> str:
    """Return the median and the range of the sequences that the solved runs took, as text."""
    taken = [run["sequences"] for run in runs if run["solved"]]
    if not taken:
        return f"none in {max(run['sequences'] for run in runs):,}"
    if min(taken) == max(taken):
        return f"{taken[0]:,}"
    return f"{median(taken):,.0f} ({min(taken):,} to {max(taken):,})"


def seconds(runs: Runs) -> str:
    """Return the median and the range of the CPU time of the runs, as text."""
    taken = [run["cpu_seconds"] for run in runs]
    return f"{median(taken):.1f} ({min(taken):.1f} to {max(taken):.1f})"


def verdict(row: Row, runs: Runs) -> str:
    """Return a comparison with the paper in a few words; four of five runs count as success."""
    count = count_solved(runs)
    if count >= 0.8 * len(runs):
        return {True: "agrees", False: "solved here, not in the paper", None: "solved"}[row.succeeds]
    if count:
        return {True: "in part", False: "solved here by some", None: "by some"}[row.succeeds]
    return {True: "not reproduced", False: "agrees", None: "not solved"}[row.succeeds]


def about(name: str) -> str:
    """Return how a record was made, as a list: the record's own words, and its numbers."""
    record = read_record(name)
    fields = {
        "Criterion": record["criterion"],
        "Differs from the paper": record.get("differs"),
        "Seeds": len(record["seeds"]),
        "CPU seconds in all": f"{record['cpu_seconds']:,.0f}",
        "Date and version": f"{record['date']}, NumPy {record['versions']['numpy']}",
        "Command": f"`python scripts/experiments/run.py --again {name}`",
    }
    return "\n".join(f"- *{field}:* {value}" for field, value in fields.items() if value)


def print_arms(names: list[str]) -> None:
    """Print for each arm of these experiments how many runs were solved, and after how many sequences."""
    for name in names:
        for arm, kept in read_record(name)["arms"].items():
            taken = sorted(run["sequences"] for run in kept["runs"] if run["solved"])
            cpu_seconds = sum(run["cpu_seconds"] for run in kept["runs"])
            print(f"{name:16s} {arm:34s} {solved(kept['runs']):>9s} {cpu_seconds:7.1f} s", taken)
