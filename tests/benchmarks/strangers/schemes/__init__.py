"""The catalogue of misuse, and the call that plays a company's schemes."""

from tests.benchmarks.strangers.schemes.catalogue import CATALOGUE, CODES, Scheme
from tests.benchmarks.strangers.schemes.play import Played, draw_schemes, misuse_and_lookalikes

__all__ = ["CATALOGUE", "CODES", "Played", "Scheme", "draw_schemes", "misuse_and_lookalikes"]
