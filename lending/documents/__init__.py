"""Documents: what is written on paper, numbered, frozen when issued, signed."""
