"""The jobs: everything that happens to a video job, with or without a web page."""
