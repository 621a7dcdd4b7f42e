"""`python -m dashboard.celery_worker`: one worker, without the time Celery's command line takes to load.

`celery --app dashboard.celery worker` does the same.
"""

import sys

from django.conf import settings

from dashboard.celery import app


def main() -> int:
    """Work until asked to stop, and return the exit code."""
    worker = app.Worker(
        # Tasks wait for the network most of the time, so threads do.
        pool_cls="threads",
        concurrency=settings.WORKER_THREADS,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
