"""Every step a person can take, one row each: its name, form, service, words. Pages and the interface read the same rows."""
