"""What people are told: messages written where things happen, mailed after the commit."""
