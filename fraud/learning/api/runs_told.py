"""What is told of every training and experiment: one table, one way to say its step and its error."""

from __future__ import annotations

from rest_framework import serializers

from fraud.learning.experiment_words import STEPS, error_sentence
from fraud.learning.models import Experiment


class RunTold(serializers.ModelSerializer):
    """`doing`: the step it is in; `error`: why it failed, as a sentence."""

    doing = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    def get_doing(self, row: Experiment) -> str:
        """In the reader's language."""
        return str(STEPS.get(row.doing, row.doing))

    def get_error(self, row: Experiment) -> str:
        """In the reader's language; empty where nothing failed."""
        return str(error_sentence(row.error))
