"""A case in three lines: what happened, what is unusual against what, and what already came back. Every number names its proof.

Read by page and interface alike; from what was stored, nothing is computed anew. A random check that is not decided says of
the second line only that it is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit import clock
from audit.language import current_language
from cases.models import Alert, Appeal, Case
from cases.pages.case import ClaimRow, Why, fact_url
from cases.services.money import shown_stake
from cases.services.money_told import told_money
from fraud.claims.models import Claim
from fraud.detection.basis import has_basis
from fraud.detection.hit_facts import hit_facts_brief
from fraud.detection.sentences import payment_facts
from fraud.web.dates import say_day, say_moment
from fraud.web.markup import address, format_html
from fraud.web.words import TXN_TYPES
from rules.mcc_words import mcc_word
from rules.money import format_money

MAX_REASONS = 3
_OF_30_DAYS = frozenset({"amount", "log_amount"})  # measured against the cardholder's 30 days before


@dataclass(frozen=True, slots=True)
class Linked:
    """A number or name of a line and where it can be checked."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a pattern in the reader's language with its linked parts by name. `kind`: happened, unusual, back, before."""

    kind: str
    pattern: str
    parts: Mapping[str, Linked] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The line as plain text."""
        return self.pattern % {name: part.text for name, part in self.parts.items()}

    @property
    def html(self) -> SafeString:
        """The line with its links."""
        told = {
            name: format_html('<a href="{}">{}</a>', part.url, part.text) if part.url else escape(part.text)
            for name, part in self.parts.items()
        }
        return mark_safe(escape(self.pattern) % told)  # noqa: S308  pattern and parts are escaped

    @property
    def links(self) -> list[Linked]:
        """The parts that can be checked, in the order of the pattern."""
        named = sorted(self.parts.items(), key=lambda pair: self.pattern.find(f"%({pair[0]})s"))
        return [part for _name, part in named if part.url]


def brief_of(
    case: Case, rows: list[ClaimRow], why: Why, *, earlier: Case | None = None, shows_reasons: bool = True
) -> list[Line]:
    """The three lines, and a fourth of what was decided before: `earlier` is the case that was taken up again, where the reader may see it.

    `shows_reasons` False leaves out the second, for who may not see scores.

    No query where the stake is attached and the case is gathered, one where it has a recovery.
    """
    if not rows:
        return [_emptied(case), *([_back(case)] if told_money(case).open_minor else [])]
    lines = [_happened(case, rows), _unusual(case, why), _back(case), *_before(earlier)]
    return [line for line in lines if shows_reasons or line.kind != "unusual" or case.is_blind]


def _emptied(case: Case) -> Line:
    """Why a case holds no payment: nothing more is told of it than where its payments went."""
    if case.merged_into is not None:
        into = Linked(case.merged_into.reference, address("cases:detail", case.merged_into.reference))
        return Line(
            "happened", _("Merged into %(case)s: what became of its payments is told there."), {"case": into}
        )
    whys = set(case.alerts.values_list("left_why", flat=True))
    if whys <= {Alert.Left.OTHER_PERSON}:
        return Line(
            "happened", _("The case holds no payment any more: all of them turned out to be somebody else's.")
        )
    timeline = Linked(_("timeline"), "#timeline")
    return Line(
        "happened",
        _("The case holds no payment any more; the %(timeline)s says where they went."),
        {"timeline": timeline},
    )


def _before(earlier: Case | None) -> list[Line]:
    """What the case was decided as before it was taken up again: what is named as left may have been given up or struck then."""
    if earlier is None:
        return []
    told = told_money(earlier)
    said = [
        (told.decided_minor, _("%(decided)s asked back")),
        (told.repaid_minor, _("%(repaid)s repaid")),
        (told.written_off_minor, _("%(written_off)s written off")),
    ]
    parts = {"earlier": Linked(earlier.reference, address("cases:detail", earlier.reference))}
    minors = (told.decided_minor or 0, told.repaid_minor, told.written_off_minor)
    for name, minor in zip(("decided", "repaid", "written_off"), minors, strict=True):
        parts[name] = Linked(_money(minor, earlier.currency))
    words = [pattern for minor, pattern in said if minor] or [_("nothing asked back")]
    if Appeal.objects.filter(case=earlier, result=Appeal.Result.REDUCED).exists():
        words.append(_("reduced on appeal"))
    return [Line("before", _("Taken up again from %(earlier)s:") + " " + ", ".join(words) + ".", parts)]


def _happened(case: Case, rows: list[ClaimRow]) -> Line:
    first, last = rows[0].claim, rows[-1].claim
    case_url = address("cases:detail", case.reference)
    parts = {
        "who": Linked(str(case.cardholder), f"{case_url}?tab=history"),
        "place": _place(case, first),
        "when": Linked(_when(first), "#day"),
    }
    if len(rows) == 1:
        parts["amount"] = Linked(_money(first.amount_minor, first.currency), address("fraud:claim", first.pk))
        if first.txn_type == Claim.TxnType.PURCHASE:
            return Line("happened", _("%(who)s paid %(amount)s at %(place)s on %(when)s."), parts)
        parts["kind"] = Linked(str(TXN_TYPES.get(first.txn_type, first.txn_type)))
        return Line("happened", _("%(who)s: %(kind)s of %(amount)s at %(place)s on %(when)s."), parts)
    total = sum(row.claim.amount_minor for row in rows if row.claim.currency == case.currency)
    parts |= {
        "amount": Linked(_money(total, case.currency), "#claims"),
        "times": Linked(ngettext("%(n)d time", "%(n)d times", len(rows)) % {"n": len(rows)}, "#claims"),
        "until": Linked(_until(first, last), "#day"),
    }
    return Line(
        "happened",
        _("%(who)s paid %(times)s at %(place)s, %(when)s to %(until)s: %(amount)s together."),
        parts,
    )


def _place(case: Case, claim: Claim) -> Linked:
    if case.merchant is None:
        return Linked(_("several merchants"), "#claims")
    trade = (
        mcc_word(case.merchant.mcc, current_language()) or case.merchant.biz_item or case.merchant.biz_type
    )
    query = urlencode({"person": case.cardholder.employee_no, "merchant": case.merchant.pk})
    return Linked(
        f"{claim.merchant_name}{f' ({trade})' if trade else ''}", f"{address('fraud:claims')}?{query}"
    )


def _unusual(case: Case, why: Why) -> Line:
    if case.is_blind:
        return Line(
            "unusual",
            _("Chosen by lot, not by suspicion: scores and reasons stay hidden until it is decided."),
        )
    found = _rule_facts(why) + _model_facts(case, why)
    # The rule the case is named after, then a number the model goes by, then whatever else is strongest.
    found = sorted(found, key=lambda pair: pair[0])[:MAX_REASONS]
    if not found:
        told = (
            _("Opened by a person; what they noticed is in the %(timeline)s.")
            if case.source in (case.Source.TIP, case.Source.MANUAL)
            else _("No reason was stored; the %(timeline)s says how the case came about.")
        )
        return Line("unusual", told, {"timeline": Linked(_("timeline"), "#timeline")})
    parts = {f"r{number}": part for number, (_rank, part) in enumerate(found)}
    return Line("unusual", " · ".join(f"%({name})s" for name in parts), parts)


def _rule_facts(why: Why) -> list[tuple[int, Linked]]:
    """The leading rule comes first, a second after the strongest number of the model."""
    language = current_language()
    found = []
    for rank, reason in zip((0, 2), why.rules, strict=False):
        name = reason.rule.name_ko if language == "ko" else reason.rule.name_en
        facts = hit_facts_brief(reason.hit.facts, reason.claim.currency, language)
        said = f"{name}: {facts}" if facts else name
        found.append((rank, Linked(said, f"#rule-{reason.rule.code}")))
    return found


def _model_facts(case: Case, why: Why) -> list[tuple[int, Linked]]:
    if why.lead is None or why.lead.score is None:
        return []
    told = payment_facts(why.lead.score.reasons or [], current_language())
    # Without a rule the numbers of the payment stand alone.
    ranks = (1, 3) if why.rules else (0, 1, 2)
    return [
        (rank, Linked(text, _proof(case, why.lead.claim, name)))
        for rank, (name, text) in zip(ranks, told, strict=False)
    ]


def _proof(case: Case, claim: Claim, name: str) -> str:
    """The page that lists what a number was measured on, or the claim itself."""
    if has_basis(name):
        return fact_url(case, claim, name)
    if name in _OF_30_DAYS:
        on = timezone.localdate(claim.transacted_at)
        query = {
            "person": case.cardholder.employee_no,
            "from": (on - timedelta(days=30)).isoformat(),
            "to": on.isoformat(),
            "currency": claim.currency,
        }
        return f"{address('fraud:claims')}?{urlencode(query)}"
    return "#day" if name in ("hour", "is_night", "weekday", "on_leave", "on_trip") else "#claims"


def _back(case: Case) -> Line:
    """What came back, what was decided and given up, and what is still gone or to come."""
    stake, told = shown_stake(case), told_money(case)
    amounts: dict[str, tuple[int, str, str]] = {  # in the order they are told
        "returned": (stake.returned_minor, "#claims", _("%(returned)s came back by cancellation or refund")),
        "elsewhere": (
            stake.elsewhere_minor,
            "#same-payments",
            _("%(elsewhere)s is asked for in another case"),
        ),
        "counted": (
            0 if case.disposition else stake.carried_minor,
            "#timeline",
            _("%(counted)s repaid in an earlier case counts towards a new decision"),
        ),
        "decided": (
            told.decided_minor or 0,
            "#timeline",
            _("%(decided)s was decided to come back until a new decision took its place")
            if stake.is_replaced
            else _("%(decided)s was decided to come back"),
        ),
        "repaid": (told.repaid_minor, "#timeline", _("%(repaid)s was paid back")),
        "earlier": (told.earlier_minor, "#timeline", _("%(earlier)s of it in an earlier case")),
        "later": (told.later_minor, "#timeline", _("%(later)s of it counts towards the new decision")),
        "written_off": (told.written_off_minor, "#timeline", _("%(written_off)s was written off")),
        "uncovered": (
            told.uncovered_minor,
            "#timeline",
            _("%(uncovered)s was given back before the bank took the repayment back"),
        ),
        "owed": (told.owed_minor, "#timeline", _("%(owed)s is to be given back")),
    }
    parts = {
        name: Linked(_money(minor, case.currency), proof)
        for name, (minor, proof, _said) in amounts.items()
        if minor > 0
    }
    what = ", ".join(said for minor, _proof, said in amounts.values() if minor > 0)
    if told.open_minor:
        parts["left"] = Linked(_money(told.open_minor, case.currency), "#claims")
        if case.disposition or told.uncovered_minor:
            pattern = _("%(what)s; %(left)s is still to come back.")
        elif what:
            pattern = _("%(what)s; %(left)s is still gone.")
        else:
            pattern = _("Nothing has come back yet: %(left)s is still gone.")
    elif what:
        pattern = _("%(what)s; nothing is left to ask for.")
    else:
        pattern = _("Nothing is to come back.")
    return Line("back", pattern.replace("%(what)s", what), parts)


def _when(claim: Claim) -> str:
    local, language = timezone.localtime(claim.transacted_at), current_language()
    if claim.has_time:
        return say_moment(local, language, today=clock.today())
    return say_day(local.date(), language, today=clock.today())


def _until(first: Claim, last: Claim) -> str:
    """The end of a stretch: only its time where it is the same day."""
    one, other = timezone.localtime(first.transacted_at), timezone.localtime(last.transacted_at)
    return f"{other:%H:%M}" if one.date() == other.date() and last.has_time else _when(last)


def _money(minor: int, currency: str) -> str:
    return format_money(minor, currency, current_language())
