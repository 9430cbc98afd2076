"""Reading a delivered file into chunks of text columns with physical line numbers."""
