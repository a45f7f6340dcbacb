"""The tests, laid out as the package is; and those of the pages, the site and the parity with others."""
