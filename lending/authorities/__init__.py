"""Lenders: towns and agglomerations, their departments, competences, communes and depots."""
