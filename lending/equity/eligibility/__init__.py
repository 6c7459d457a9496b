"""Whether a request fits the rules: facts, criteria, findings."""
