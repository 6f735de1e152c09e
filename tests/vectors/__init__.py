"""Known-answer vectors, shared by Python and TypeScript; see README.md."""
