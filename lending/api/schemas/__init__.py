"""What is sent and what is answered, as pydantic models: the same that the description is of."""
