"""The long experiments: one script, one record of the same name in docs/records.

A script holds ``ABOUT`` (what the paper did), ``SEEDS``, ``ARMS`` (what is compared, with every setting) and
``run``, a generator that trains one network and yields one `Step` per batch. `harness` does the rest.
"""
