"""Somebody of the cast at the doors of the canary walk, and the files they carry."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from cases.models import Case
from tests.canary import Canary
from tests.canary_files import shown_in_files
from tests.cases import files
from tests.cases.stage import Stage, fresh

DAY = date(2026, 11, 20)


class Walk:
    """Somebody of the cast at the doors, with a canary."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.canary, self.answers = stage, Canary(), 0
        self.surprises: list[str] = []
        self.clients: dict[str, Client] = {}

    def by(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = Client(raise_request_exception=True)
            self.clients[name].force_login(
                getattr(self.stage.cast, name), backend="django.contrib.auth.backends.ModelBackend"
            )
        return self.clients[name]

    def post(self, name: str, path: str, /, *, status: tuple[int, ...] = (302,), **form: Any) -> Any:
        """A page's form; the answer has to be one of the statuses, so that a number was really taken in, or really refused."""
        answer = self.by(name).post(path, form)
        self.answers += 1
        if answer.status_code not in status:
            self.surprises.append(f"{name} {path}: {answer.status_code}")
        return answer

    def act(self, name: str, case: Case, action: str, /, **form: Any) -> Case:
        self.post(name, f"/cases/{case.reference}/do/{action}/", version=fresh(case).version, **form)
        return fresh(case)

    def money(self, name: str, case: Case, action: str, /, **form: Any) -> None:
        self.post(name, f"/recovery/{case.reference}/{action}/", version=fresh(case).version, **form)

    def api(self, name: str, path: str, body: Any, *, status: tuple[int, ...], **headers: str) -> Any:
        answer = self.by(name).post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        self.answers += 1
        if answer.status_code not in status:
            self.surprises.append(f"{name} {path}: {answer.status_code}")
        return answer

    def text(self) -> str:
        return self.canary.text()

    def upload(self, content: bytes, ending: str) -> SimpleUploadedFile:
        """A file that has a number in its name as well."""
        return SimpleUploadedFile(f"{self.canary.number()}{ending}", content)


def pictures(walk: Walk) -> list[tuple[bytes, str, tuple[int, ...]]]:
    """Evidence with numbers where nobody sees them: kept without them (302), or refused (422)."""
    number = walk.canary.number
    exif = Image.Exif()
    exif[0x010E], exif[0x9286] = f"at {number()}", f"said {number()}"
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", number().translate({ord(" "): "-"}))
    info.add_itxt("Title", number())
    said = f"BT (total {number()}) Tj ET".encode()
    return [
        (files.picture("JPEG", exif=exif, comment=number().encode()), ".jpg", (302,)),
        (files.picture("PNG", pnginfo=info), ".png", (302,)),
        (files.picture("WEBP", exif=exif, xmp=number().encode()), ".webp", (302,)),
        (files.picture("PNG") + number().encode(), ".png", (302, 422)),
        (files.pdf(stream=said), ".pdf", (302, 422)),
        (files.pdf(b"5 0 obj\n<< /Author (%s) >>\nendobj\n" % number().encode()), ".pdf", (302, 422)),
        (number().encode(), ".txt", (422,)),
    ]


def papers(walk: Walk) -> list[tuple[bytes, str, tuple[int, ...]]]:
    """PDFs and pictures that show a number to whoever opens them, however it is set, packed or hidden: all of them are refused."""
    return [(content, ending, (422,)) for _name, content, ending in shown_in_files(walk.canary)]
