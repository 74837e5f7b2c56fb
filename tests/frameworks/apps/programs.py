"""Task queues, schedulers, management commands, pages, and the ways in which programs are started unattended."""

from __future__ import annotations

import signal

from frameworks.description import App
from frameworks.traffic import beside

_READ_ONLY = ("unshare", "--mount", "sh", "-c")
_REMOUNT = 'mount --bind {folder} {folder} && mount -o remount,bind,ro {folder} && cd {folder} && exec "$@"'

APPS = {
    "celery-prefork": App(
        "celery_reports",
        ("celery", "-q", "-A", "tasks", "worker", "--pool", "prefork", "--concurrency", "2", "--loglevel", "ERROR"),
        "celery",
        ("celery>=5.7",),
        traffic=beside("python", "ask.py", "60"),
        ends=signal.SIGTERM,
        variables={"C_FORCE_ROOT": "1"},
    ),
    "django-command": App(
        "django_import", ("python", "manage.py", "import_orders", "--days", "100"), "django", ("django>=5.2",)
    ),
    "apscheduler": App("scheduled_bot", ("python", "bot.py"), "apscheduler", ("apscheduler>=3.11,<4",)),
    "streamlit": App(
        "streamlit_page",
        (
            "streamlit",
            "run",
            "page.py",
            "--server.port",
            "{port}",
            "--server.headless",
            "true",
            "--browser.gatherUsageStats",
            "false",
        ),
        "streamlit",
        ("streamlit>=1.67",),
        traffic=beside("python", "look.py", "{port}", "24", listens=True),
        ends=signal.SIGTERM,
        limit_mb=450,
    ),
    "shell-script": App("nightly", ("./nightly.sh",), "none"),
    "cron": App(
        "cron",
        ("python", "{folder}/job.py"),
        "none",
        started_by=("env", "-i", "PATH={path}"),
        inside=(*_READ_ONLY, _REMOUNT, "sh"),
        said="memmon: no run log in ",
    ),
    "ten-restarts": App("restarted_bot", ("python", "bot.py"), "none", starts=10, limit_mb=150),
}
