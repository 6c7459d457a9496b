"""Field work: what has to be done where, by whom, with which vehicle."""
