"""The Celery app of what people write today: a task for each look (`rival_tasks`).

Its worker is `celery --app benchmarks.rival worker`: the site's own settings, as many threads as ours.
"""

import logging

from celery import Celery, signals

app = Celery("rival")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_default_queue = "rival"
app.conf.imports = ("benchmarks.rival_tasks",)


def say_ready(**_options: object) -> None:
    """Tell whoever started this worker that it takes tasks."""
    print("rival ready", flush=True)


def log_little(**_options: object) -> None:
    """Log what goes wrong and nothing else."""
    logging.basicConfig(level=logging.WARNING)


signals.worker_ready.connect(say_ready)
signals.setup_logging.connect(log_little)
