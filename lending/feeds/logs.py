"""Keep secret addresses out of logs: who reads a log must not read a calendar."""

import logging
import re

_SECRET = re.compile(r"(/calendars/)(?!programme\.ics)[^/\s?\"']+?(\.ics)")


def without_secrets(line: str) -> str:
    """Return the line with the secret part of calendar addresses left out."""
    return _SECRET.sub(r"\1[secret]\2", line)


class SecretFilter(logging.Filter):
    """Rewrites records that name a secret address; attach it to handlers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without secrets."""
        message = record.getMessage()
        cleaned = without_secrets(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


SECRETS = SecretFilter()
