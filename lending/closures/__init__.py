"""Days on which lenders are closed: typed by hand, public holidays, calendars read in."""
