"""What leaves the depot and what comes back, counted."""
