"""What it takes to try, run and show the house; the `debunker` command."""
