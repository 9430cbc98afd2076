"""Run by the zygote: one script of `scripts`, named in the environment."""

from tests.faults import scripts

scripts.main()
