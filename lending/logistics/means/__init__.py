"""Who and what field work is done with: agents, skills, vehicles, crews, shifts, absences."""
