"""Experiments in a process of their own: other methods, an autoencoder, paths of a score; pure, and nothing is imported early."""
