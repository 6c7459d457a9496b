"""Work that is due by the clock: declared in code, each run claimed by one worker."""
