"""Papers that organisations hand in: checked by content, shown to few, followed until they end."""
