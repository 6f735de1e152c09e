"""One module per use case; none knows Flask, SQL or the file system."""
