"""Aid in kind: what each loan is worth, told to borrowers, to the assembly and to everybody."""
