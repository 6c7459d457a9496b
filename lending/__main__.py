"""`python -m lending` is the `treteau` command."""

from lending.app import main

main()
