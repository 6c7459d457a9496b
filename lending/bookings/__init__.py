"""Events, bookings and their lines: drafting, sending, deciding, waiting, changing."""
