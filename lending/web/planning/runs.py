"""Ask for a plan, watch it being worked out, look at it, apply it; publish a week."""
