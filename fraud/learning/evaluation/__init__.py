"""Evaluation: metrics, intervals, comparison of model versions, misses nobody reported."""
