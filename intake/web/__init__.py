"""The intake over HTTP: one module per journey, one table of headers."""
