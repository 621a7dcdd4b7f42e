"""What `make bench` runs: our figure and the peer's, measured in the same run on the same machine."""
