"""Equal treatment: what was decided by which rule, kept so that anyone can check it."""
