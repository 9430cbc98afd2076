"""Every model of the app, for the framework alone: code imports them from their rooms."""

from fraud.claims import models as claims
from fraud.company import models as company
from fraud.detection import models as detection
from fraud.learning import models as learning

__all__ = ["claims", "company", "detection", "learning"]
