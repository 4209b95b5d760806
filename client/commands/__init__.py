"""The words `send`, `find` and `fetch`, one module each."""
