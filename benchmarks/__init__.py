"""`make bench`: what the software costs, as ratios within one run (never as seconds)."""
