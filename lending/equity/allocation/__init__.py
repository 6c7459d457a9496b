"""How scarce equipment is shared when many requests are decided together; pure."""
