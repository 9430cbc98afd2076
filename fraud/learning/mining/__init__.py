"""Rules from misses: what no rule flagged and was misuse, as candidates in the rule language. Pure; nothing here makes a rule."""
