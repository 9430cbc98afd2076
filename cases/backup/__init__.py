"""A set of everything that cannot be made anew, taken at one moment, and putting it back into an empty home."""
