"""What a person decides about a job, asked for by their script."""

from dashboard.api import making
from dashboard.api.describing import Reader
from dashboard.api.making import Made
from dashboard.api.schemas import Answer, JobDetail
from dashboard.http import Asker
from videojobs import lifecycle
from videojobs.accounts import provider_for
from videojobs.models import Job


def decide(
    job: Job, answer: Answer, asker: Asker, press: lifecycle.Press | None, reader: Reader, version: int | None
) -> Made[JobDetail] | None:
    """Do what was decided. Returns the new job where the decision makes one (*send_again*), else None.

    Raises what the lifecycle raises (Decided, Stale, WrongAnswer, a LookError), and for *send_again* also
    what making a job raises.
    """
    now, actor = reader.now, asker.user
    match answer.answer:
        case "found":
            lifecycle.found(
                job, answer.provider_id, actor, provider_for(job.account), now=now, version=version
            )
        case "never_arrived":
            lifecycle.never_arrived(job, answer.reason, actor, now=now, version=version)
        case "give_up":
            lifecycle.give_up(job, actor, now=now, version=version)
        case "look_again":
            lifecycle.look_again(job, actor, now=now, version=version)
        case "send_restored":
            lifecycle.send_restored(job, actor, now=now, version=version)
            making.nudge(job.account)
        case "send_again":
            return making.send_again(job, asker, press, reader.detail, now=now, version=version)
    return None
