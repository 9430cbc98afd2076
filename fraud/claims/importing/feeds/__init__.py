"""Presets by where files come from: Korean portals and card companies, expense systems and ledgers, the card networks."""
