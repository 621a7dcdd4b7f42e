"""What must be in place before pages are served: tables and static files."""

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from dashboard.env import WrongSetting
from dashboard.supervisor.children import Say


def prepare_database(say: Say) -> None:
    """Bring the tables up to date. Raises WrongSetting where the database cannot be reached."""
    try:
        executor = MigrationExecutor(connection)
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if steps:
            say(f"bringing the database up to date ({steps} steps)")
            call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        problem = f"the database cannot be used ({str(error).strip()})"
        raise WrongSetting("DATABASE_URL", problem, "start it or correct the address") from error
    finally:
        connection.close()


def prepare_static_files(say: Say) -> None:
    """Gather the static files, compressed and under names that change with their content."""
    say("gathering static files")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
