"""The rules by which an authority lends: versions with a date, published and never altered."""
