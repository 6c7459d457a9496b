"""The equity register: who asked, who was served, how long it took, and whether alike."""
