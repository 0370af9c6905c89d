"""The form of a tune behind a primer, as the context reads its bars."""

from __future__ import annotations

from collections.abc import Sequence

from musicrnn.context.timed import AT, ENDING, OPENED, PLAYED, standing
from musicrnn.form.plan import Plan
from musicrnn.tokens.abc.form import FIRST, REPEAT, SECOND, Form
from musicrnn.tokens.tune.planned import PlannedForm
from musicrnn.tokens.tune.words import ids_of, readings

_OPEN = {"|:": REPEAT, ":|:": REPEAT, "|1": FIRST, ":|2": SECOND}


def form_behind(words: Sequence[str], bar: int) -> Form:
    """Of words from metre and key on; its bars are not bounded yet."""
    now = standing(ids_of(words), readings()).tolist()
    played, at = max(0, now[PLAYED]), max(0, now[AT])
    form = Form(bar, 0, exact=False, position=played * bar + min(at, bar), opening=False)
    form.rest = max(0, bar - at)
    marks = [word for word in words if word in _OPEN or word in (":|", "||")]
    form.mode = _OPEN.get(marks[-1], 0) if marks else 0
    form.begin = now[OPENED] * bar
    if form.mode == FIRST:
        form.ending = now[ENDING] * bar
        form.common = form.ending - form.begin
    return form


def planned_behind(form: Form, plan: Plan) -> PlannedForm | None:
    """The plan behind such a form; None inside a repeat, which must close first."""
    if not plan or form.mode in (REPEAT, FIRST):
        return None
    return PlannedForm.behind(form.bar, plan, rest=form.rest, played=form.bars)
