"""Import of claim files: reading, scanning, parsing and staging are pure; `services` stores what they deliver."""
