"""A fictional agglomeration, its town and a season of loans, to try the software on."""
