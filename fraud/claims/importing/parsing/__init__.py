"""Values of a claim file: texts, amounts, dates, codes, cards and whole rows, parsed column by column."""
