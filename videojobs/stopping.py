"""Whether this process has been asked to end."""

import threading

stopping = threading.Event()
"""Set once the worker is asked to stop: work in flight ends, nothing new is claimed."""
