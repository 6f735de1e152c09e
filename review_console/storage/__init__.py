"""The adapters: a database, a directory of sealed files, HTTP to the intake."""
