"""The one home of what mails say: the shipped texts, what a company made of them, and which places of a text are filled in.

A text is changed by one person and counts once another agreed; every version stays, so that any of them can be proposed again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from audit.people import require_second_person
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from cases.models import MailText
from cases.services import errors
from cases.services.company import present
from cases.services.mail_defaults import MAILS
from cases.services.notice_defaults import NOTICES
from cases.services.texts import clean_line, clean_text
from rules.language.korean import with_particles

LANGUAGES = ("ko", "en")
SUBJECT_MAX, BODY_MAX, REASON_MIN = 150, 4_000, 5
PLACE = re.compile(r"\{([a-z_]+)\}")
_ANY_PLACE = re.compile(r"\{([^{}]*)\}")
_S = MailText.State
#: What every mail about a case knows, whether its shipped text says it or not.
ALWAYS = ("reference", "name")
#: A place of a text, in words.
PLACES: Mapping[str, str | Promise] = {
    "alarms": pgettext_lazy("place of a mail", "the list of what holds"),
    "amount": pgettext_lazy("place of a mail", "the amount"),
    "amount_line": pgettext_lazy("place of a mail", "a line with the amount to repay, where there is one"),
    "appeal_line": pgettext_lazy(
        "place of a mail", "a sentence that an appeal ended with it, where there was one"
    ),
    "case_link": pgettext_lazy("place of a mail", "the link to the case, for staff"),
    "clause_line": pgettext_lazy(
        "place of a mail", "a line with the clause of the policy, where there is one"
    ),
    "detection_link": pgettext_lazy("place of a mail", "the link to the page of detection"),
    "due_on": pgettext_lazy("place of a mail", "the day until which"),
    "given_on": pgettext_lazy("place of a mail", "the day on which money was given back"),
    "hours": pgettext_lazy("place of a mail", "for how many hours the link works"),
    "last_day": pgettext_lazy("place of a mail", "the last day at work"),
    "link": pgettext_lazy("place of a mail", "the one-time link, made when the mail leaves"),
    "mails_link": pgettext_lazy("place of a mail", "the link to the mail that did not leave"),
    "merchant": pgettext_lazy("place of a mail", "the merchant"),
    "message_line": pgettext_lazy(
        "place of a mail", "a line with what was written to the person, where there is one"
    ),
    "name": pgettext_lazy("place of a mail", "the cardholder's name"),
    "n": pgettext_lazy("place of a mail", "how many"),
    "notice_link": pgettext_lazy("place of a mail", "the link to the person's own page"),
    "notices": pgettext_lazy("place of a mail", "what waits, a line each with its link"),
    "notices_link": pgettext_lazy("place of a mail", "the link to the notices and how one is told"),
    "outcome": pgettext_lazy("place of a mail", "the outcome"),
    "owed_line": pgettext_lazy("place of a mail", "a sentence on what is owed to the person"),
    "other": pgettext_lazy("place of a mail", "the case number of the new decision"),
    "parts_line": pgettext_lazy(
        "place of a mail", "the days and amounts of what is still to be repaid, where it was agreed in parts"
    ),
    "reference": pgettext_lazy("place of a mail", "the number of the case"),
    "request": pgettext_lazy("place of a mail", "the number of the request"),
    "request_link": pgettext_lazy("place of a mail", "the link to the request"),
    "result": pgettext_lazy("place of a mail", "the answer to the appeal"),
    "sentence": pgettext_lazy("place of a mail", "what happened, in one sentence"),
    "stake_line": pgettext_lazy("place of a mail", "a sentence on what the amount is now, where it is known"),
    "still_line": pgettext_lazy("place of a mail", "a sentence on what is still owed, where anything is"),
    "text": pgettext_lazy("place of a mail", "the letter the reviewer wrote, with its questions"),
    "uncovered_line": pgettext_lazy(
        "place of a mail",
        "a sentence on what of it was given back of a repayment that was taken back, where there is any",
    ),
    "username": pgettext_lazy("place of a mail", "the name of the login"),
}


def current_text(mail: str, language: str) -> tuple[str, str]:
    """(subject, body) that counts now. Raises KeyError for an unknown mail."""
    shipped = MAILS[mail][language]
    row = active_text(mail, language)
    return shipped if row is None or row.is_shipped else (row.subject, row.body)


def active_text(mail: str, language: str) -> MailText | None:
    """The company's version that counts; None where none ever did."""
    return MailText.objects.filter(mail=mail, language=language, state=_S.ACTIVE).first()


def text_of(row: MailText) -> tuple[str, str]:
    """(subject, body) of a version."""
    return MAILS[row.mail][row.language] if row.is_shipped else (row.subject, row.body)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled in; of a place that is not known nothing stays."""
    return with_particles(PLACE.sub(lambda found: values.get(found.group(1), ""), text))


def known_places(mail: str) -> list[str]:
    """The places a text of this mail may have, in the order of the shipped texts."""
    told = [name for subject, body in MAILS[mail].values() for name in PLACE.findall(f"{body} {subject}")]
    return list(dict.fromkeys([*told, *(() if mail in NOTICES else ALWAYS)]))


def needed_places(mail: str, language: str) -> list[str]:
    """The places a text must have: what the shipped one tells the reader, who would not learn it otherwise."""
    return list(dict.fromkeys(PLACE.findall(MAILS[mail][language][1])))


def check_text(mail: str, language: str, subject: str, body: str) -> None:
    """Raises MailTextNotValid of the field with what would be right."""
    known, needed = known_places(mail), needed_places(mail, language)
    for field, text in (("subject", subject), ("body", body)):
        unknown = [name for name in _ANY_PLACE.findall(text) if name not in known]
        if unknown:
            raise errors.MailTextNotValid(
                _("There is no place called %(names)s. Places of this mail: %(known)s.")
                % {"names": _told(unknown), "known": _in_words(known)},
                field=field,
            )
        if re.search(r"[{}]", PLACE.sub("", text)):
            raise errors.MailTextNotValid(
                _("A brace stands alone. Write a place as %(example)s, and no other braces.")
                % {"example": _told(known[:1])},
                field=field,
            )
    if "link" in PLACE.findall(subject):  # made when the mail leaves, where the text stands
        raise errors.MailTextNotValid(
            _("The one-time link stands in the text, not in the subject."), field="subject"
        )
    missing = [name for name in needed if name not in PLACE.findall(f"{subject} {body}")]
    if missing:
        raise errors.MailTextNotValid(
            _("The reader would not learn: %(places)s. Put it into the text.")
            % {"places": _in_words(missing)},
            field="body",
        )


def _in_words(names: list[str]) -> str:
    return ", ".join(f"{{{name}}} ({PLACES[name]})" for name in names)


def _told(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in dict.fromkeys(names))


@one_transaction()
def propose_text(
    *, mail: str, language: str, subject: str, body: str, reason: str, by: Actor, expected_number: int
) -> MailText:
    """Propose how a mail should read; it counts once a second person agrees. The shipped text again goes back to it.

    `expected_number`: the version that counted on the page, 0 for the shipped text. A proposal of one's own that waits is replaced.
    Raises NotPermitted, MailTextNotValid, ReasonTooShort, TextTooLong, MailTextMoved, MailTextWaits.
    """
    require(by, "cases.change_mail_text")
    if mail not in MAILS or language not in LANGUAGES:
        raise errors.MailTextNotValid(_("There is no such mail."), field="mail")
    title = clean_line(subject, minimum=2, maximum=SUBJECT_MAX, field="subject")
    text = clean_text(body, minimum=2, maximum=BODY_MAX, field="body")
    said = clean_line(reason, minimum=REASON_MIN, field="reason")
    check_text(mail, language, title, text)
    held = _locked(mail, language)
    counting = next((row.number for row in held if row.state == _S.ACTIVE), 0)
    if counting != expected_number:
        raise errors.MailTextMoved
    if (title, text) == current_text(mail, language):
        raise errors.MailTextNotValid(_("This is how the mail reads already."), field="body")
    for row in (row for row in held if row.state == _S.PROPOSED):
        if row.proposed_by_id != by.person_id:
            raise errors.MailTextWaits
        _decide(row, _S.RETURNED, answer=_("Replaced by a later proposal."))
    made = MailText.objects.create(
        mail=mail,
        language=language,
        number=max((row.number for row in held), default=0) + 1,
        is_shipped=(title, text) == MAILS[mail][language],
        subject=title,
        body=text,
        reason=said,
        proposed_over=counting,
        proposed_by_id=by.person_id,
        proposed_at=present(),
    )
    _record("mail.text_proposed", made, by, said)
    return made


@one_transaction()
def approve_text(*, text: MailText, by: Actor) -> MailText:
    """Let a text count from the next mail on. Raises NotPermitted for whoever proposed it, MailTextMoved."""
    require(by, "cases.approve_mail_text")
    row, held = _proposed(text)
    require_second_person(by, [row.proposed_by], "cases.approve_mail_text")
    active = next((one for one in held if one.state == _S.ACTIVE), None)
    if row.proposed_over != (active.number if active else 0):
        raise errors.MailTextMoved
    check_text(row.mail, row.language, *text_of(row))  # a later release may know other places
    if active is not None:
        MailText.objects.filter(pk=active.pk).update(state=_S.RETIRED)
    _decide(row, _S.ACTIVE, by)
    _record("mail.text_changed", row, by, row.reason)
    return row


@one_transaction()
def return_text(*, text: MailText, reason: str, by: Actor) -> MailText:
    """Turn a proposal down. Raises NotPermitted, MailTextMoved, ReasonTooShort."""
    require(by, "cases.approve_mail_text")
    row, _held = _proposed(text)
    require_second_person(by, [row.proposed_by], "cases.approve_mail_text")
    said = clean_line(reason, minimum=REASON_MIN, field="reason")
    _decide(row, _S.RETURNED, by, answer=said)
    _record("mail.text_returned", row, by, said)
    return row


def _locked(mail: str, language: str) -> list[MailText]:
    rows = MailText.objects.select_for_update(of=("self",)).filter(mail=mail, language=language)
    return list(rows.select_related("proposed_by").order_by("number"))


def _proposed(text: MailText) -> tuple[MailText, list[MailText]]:
    held = _locked(text.mail, text.language)
    row = next((one for one in held if one.pk == text.pk and one.state == _S.PROPOSED), None)
    if row is None:
        raise errors.MailTextMoved
    return row, held


def _decide(row: MailText, state: MailText.State, by: Actor | None = None, *, answer: str = "") -> None:
    decided = {"decided_by_id": by.person_id, "decided_at": present()} if by else {}
    MailText.objects.filter(pk=row.pk).update(state=state, answer=answer, **decided)
    row.refresh_from_db()


def _record(action: str, row: MailText, by: Actor, reason: str) -> None:
    after = {"mail": row.mail, "language": row.language, "number": row.number}
    record(
        action=action,
        by=by,
        subject=CONFIG,
        reason=reason,
        after={**after, "subject": row.subject, "body": row.body},
    )
