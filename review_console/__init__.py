"""The review console: where a small team turns sealed reports into cases."""
