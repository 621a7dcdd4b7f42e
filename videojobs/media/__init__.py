"""Our own copy of what the provider made.

The way of a file: `fetch.fetch` → `probe.probe` → `probe.make_poster` → `space.keep`.
"""
