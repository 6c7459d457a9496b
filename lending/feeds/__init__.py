"""Calendars over HTTP: conditional, without session, without cookie, without redirect."""
