"""What follows from what: the whole process on one page."""

from core.work import Work


async def react(work: Work) -> None:
    """Write, in the work's own transaction, the jobs and the activity that follow from its facts."""
