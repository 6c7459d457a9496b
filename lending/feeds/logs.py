"""Keep secret addresses out of logs: who reads a log must not read a calendar, or sign."""

import logging
import re

_CALENDAR = re.compile(r"(/calendars/)(?!programme\.ics)[^/\s?\"']+?(\.ics)")
_SIGNING = re.compile(r"(/signer/)[^/\s?\"']+")


def without_secrets(line: str) -> str:
    """Return the line with the secret part of addresses left out."""
    return _SIGNING.sub(r"\1[secret]", _CALENDAR.sub(r"\1[secret]\2", line))


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
