"""Who has a say in a request, and who can help where this authority cannot."""
