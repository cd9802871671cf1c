"""Configures the logs: everything goes to standard error, and who came in also to a file of its own."""

from pathlib import Path
from typing import Any


def logging_to(security_log: Path) -> dict[str, Any]:
    """Return the configuration of Python's logging."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "backoffice.requests.request_id.RequestIdFilter"},
            "outages": {"()": "backoffice.runtime.log_thinning.OutageFilter"},
        },
        "formatters": {
            "line": {
                "class": "backoffice.runtime.log_lines.LineFormatter",
                "format": "{asctime} {levelname} {name} [{request_id}] {message}",
                "style": "{",
            }
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["outages", "request_id"],
            },
            "security": {
                "class": "backoffice.runtime.log_files.PrivateFile",
                "filename": security_log,
                "formatter": "line",
                "filters": ["request_id"],
                "encoding": "utf-8",
                "delay": True,
            },
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "backoffice": {"level": "INFO"},
            "backoffice.security": {"handlers": ["security"]},
            "huey": {"level": "WARNING"},
        },
    }
