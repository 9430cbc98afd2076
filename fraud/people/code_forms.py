"""Codes of the second step as people type them, and each of them good for one time, wherever it was used first."""

from __future__ import annotations

import unicodedata
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP


def plain_code(typed: str) -> str:
    """The digits of a code: spaces, dashes and wide digits are how people write and copy them."""
    seen = unicodedata.normalize("NFKC", typed)
    return "".join(
        sign for sign in seen if not sign.isspace() and unicodedata.category(sign) not in {"Pd", "Cf"}
    )


class _AsTyped:
    """Before the library looks at it, the code is as it is shown in the app."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain_code(self.cleaned_data["code"])
        return str(super().clean_code())  # type: ignore[misc]


class CodeForm(_AsTyped, AuthenticateForm):
    """Behind the password."""


class CodeAgainForm(_AsTyped, ReauthenticateForm):
    """Before something that asks for it once more."""


class FirstCodeForm(_AsTyped, ActivateTOTPForm):
    """The code that shows that the app is set up; it is used then, and signs nobody in."""

    def clean_code(self) -> str:
        code = super().clean_code()
        made = TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP))
        if not made._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code
