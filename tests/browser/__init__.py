"""The reporter's script pages in a real browser, where vitest cannot see."""
