"""The long experiments: one script, one record of the same name in docs/records. `harness.NAMES` lists them.

A script has what `harness.Experiment` lists: ``ABOUT`` (what the paper did), ``SEEDS``, ``ARMS`` (what is
compared, with every setting) and ``run``, a generator that trains or measures one network and yields a
`harness.Step` for each batch. `harness` measures, stores and resumes; `run.py` is the command. The other
modules are what scripts and pages share: losses, baselines, readers of records.
"""
