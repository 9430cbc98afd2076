"""What can be told of a rule before it sees a claim: parts that can never hold, parts that always do (`telling.tell`)."""
