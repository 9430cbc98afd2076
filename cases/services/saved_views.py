"""Sets of queue filters that somebody keeps under a name of their own; nobody else sees them."""

from __future__ import annotations

from audit.actor import Actor
from audit.keeping import kept_query
from audit.permissions import require
from audit.transactions import one_transaction
from cases.models import SavedView
from cases.services import errors
from cases.services.texts import clean_line

#: What one person keeps at most.
MOST = 12
_NAME, _QUERY = 60, 500


def views_of(by: Actor) -> list[SavedView]:
    """What somebody keeps, by name. Raises NotPermitted."""
    require(by, "cases.view_case")
    return list(SavedView.objects.filter(owner_id=by.user_id).order_by("name"))


@one_transaction()
def keep_view(*, name: str, query: str, by: Actor) -> SavedView:
    """Keep filters (`state=new&band=high`) under a name; one of that name is replaced. Raises NotPermitted, ReasonTooShort, TextTooLong, TooMany."""
    require(by, "cases.view_case")
    name = clean_line(name, minimum=1, maximum=_NAME, field="name")
    own = SavedView.objects.select_for_update().filter(owner_id=by.user_id)
    if own.exclude(name=name).count() >= MOST:
        raise errors.TooMany(n=MOST, field="name")
    kept = kept_query(query.lstrip("?")[:_QUERY])[:_QUERY]
    made, _new = SavedView.objects.update_or_create(owner_id=by.user_id, name=name, defaults={"query": kept})
    return made


@one_transaction()
def start_with(*, name: str, by: Actor, is_start: bool | None = None) -> SavedView:
    """Let the queue open with a kept view from now on, or no longer; None: the other way than now. Raises NotPermitted, CaseNotFound."""
    found = _find(name, by)
    is_start = not found.is_default if is_start is None else is_start
    SavedView.objects.filter(owner_id=by.user_id, is_default=True).update(is_default=False)
    if is_start:
        SavedView.objects.filter(pk=found.pk).update(is_default=True)
    found.is_default = is_start
    return found


@one_transaction()
def forget_view(*, name: str, by: Actor) -> None:
    """Forget a kept view. Raises NotPermitted, CaseNotFound where there is none."""
    _find(name, by).delete()


def _find(name: str, by: Actor) -> SavedView:
    require(by, "cases.view_case")
    found = SavedView.objects.filter(owner_id=by.user_id, name=" ".join(name.split())[:_NAME]).first()
    if found is None:
        raise errors.CaseNotFound
    return found
