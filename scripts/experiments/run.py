"""Run every experiment whose record is missing, incomplete or out of date: ``make experiments``.

``python scripts/experiments/run.py adding copying`` runs these two only. Two processes by default.
Interrupt it at any moment: the next call goes on with the runs that are missing.
"""

import argparse
import signal
import sys

from scripts.experiments import harness
from scripts.experiments.summary import print_arms


def main() -> None:
    """Run the experiments that the command line names, and print a line for each arm."""
    parser = argparse.ArgumentParser(description="Repeat experiments and write their records.")
    parser.add_argument("names", nargs="*", default=harness.NAMES, help="experiments; all of them if none")
    parser.add_argument("--workers", type=int, default=2, help="processes, one thread each (default 2)")
    parser.add_argument("--again", action="store_true", help="also repeat runs that are up to date")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the workers end as well
    harness.run_all(arguments.names, arguments.workers, again=arguments.again)
    print_arms(arguments.names)


if __name__ == "__main__":
    main()
