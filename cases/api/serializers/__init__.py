"""One serializer a role and direction, every field named: nothing is shown because a model has it."""
