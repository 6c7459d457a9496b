"""An installation as one file: made while people work, restored whole or not at all."""
