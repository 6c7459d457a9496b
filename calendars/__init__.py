"""Time and iCalendar: intervals, zones, public holidays, opening hours, feeds as bytes.

Knows nothing of lending, of the web or of a database.
"""
