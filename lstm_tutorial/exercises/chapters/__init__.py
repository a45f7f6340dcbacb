"""The exercises of the chapters, one file for each chapter of the same name."""
