"""Borrowers: associations, schools and departments, their identity and its verification."""
