"""What can be borrowed: categories, items, stock movements, maintenance, photos, search."""
