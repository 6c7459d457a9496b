"""Granting what the rules say no to: a motive, two people, and who is worse off because of it."""
