"""Run every experiment whose record is missing, incomplete or out of date: ``make experiments``.

Two processes by default. Interrupt it at any moment: the next call goes on with the runs that are missing.
"""

from scripts.experiments import harness

if __name__ == "__main__":
    harness.main(harness.NAMES)
    for name in filter(harness.is_stale, harness.WHOLE):
        harness.write_whole(name)
