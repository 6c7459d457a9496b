"""What is safe to lend and to set up: tents, wind, stages, power, weights (DOMAIN.md section 8)."""
