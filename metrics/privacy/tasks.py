"""What Celery calls."""

from __future__ import annotations

from celery import shared_task

from metrics.privacy import erasing, filing, finding, forgetting, purging, showing


@shared_task(name="metrics.privacy.tasks.remove_files", max_retries=3, default_retry_delay=10)
def remove_files() -> None:
    """Uploaded files that nothing needs any more."""
    filing.remove_old()


@shared_task(name="metrics.privacy.tasks.retain", max_retries=3, default_retry_delay=10)
def retain() -> None:
    """What is over its time goes, and who was erased stays erased, also after a restore."""
    filing.remove_old()
    purging.nightly()
    forgetting.nightly()
    showing.forget_old()
    finding.index_months()
    erasing.reapply()  # last: a disk that is full keeps the list's file from being written, and nothing else
