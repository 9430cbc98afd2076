"""Files that are no table with a header row: lines of fixed positions and the card networks' own formats, read as one."""
