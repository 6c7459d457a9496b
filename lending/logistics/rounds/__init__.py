"""Rounds: what each crew does on a day, drafted, published, and planned anew."""
