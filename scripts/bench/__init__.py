"""The benchmark of the package beside its peers, and the ladder of versions of the chapter on speed."""
