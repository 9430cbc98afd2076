from django.urls import re_path

from cases.api.base import Absent

urlpatterns = [re_path("", Absent.as_view(), name="absent")]
