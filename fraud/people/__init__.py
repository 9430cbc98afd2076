"""People and what they may do: logins, roles with their dates, units, and signing in."""
