"""THE algorithm: what is free, when, and what stands in the way. Nobody else counts stock."""
