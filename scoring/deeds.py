"""What contacts do, as verbs: `page_view` of `/pricing…` as "view a page under /pricing".

Verbs stand in their plain form, which suits "each time they …", "when they …" and "when they did not …" alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.models import ActivityKind
from scoring.models import Op
from scoring.predicates import listed, plain, predicate
from scoring.spec import ConditionSpec

ANYTHING = "do anything"
SOMETHING = "do something"
OTHER_THAN = frozenset({Op.NOT_EQUALS, Op.NOT_IN})


@dataclass(frozen=True, slots=True)
class Deed:
    """A kind as verb and object: "view" a "page". `alone` is said where the plain object would read badly; `called`,
    what the subject is to such an object: a page's address, a form's name.
    """

    verb: str
    noun: str
    alone: str = ""
    called: str = "name"

    @property
    def one(self) -> str:
        """The object with its article: "a page", "an e-mail"."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    def __str__(self) -> str:
        return self.alone or f"{self.verb} {self.one}"


DEEDS: dict[str, Deed] = {
    ActivityKind.PAGE_VIEW: Deed("view", "page", called="address"),
    ActivityKind.FORM_SUBMITTED: Deed("submit", "form"),
    ActivityKind.DEMO_REQUESTED: Deed("request", "demo"),
    ActivityKind.DEMO_VIEWED: Deed("view", "demo"),
    ActivityKind.CONTENT_DOWNLOADED: Deed("download", "asset"),
    ActivityKind.EMAIL_SENT: Deed("get sent", "e-mail", called="subject"),
    ActivityKind.EMAIL_DELIVERED: Deed("receive", "e-mail", called="subject"),
    ActivityKind.EMAIL_OPEN: Deed("open", "e-mail", called="subject"),
    ActivityKind.EMAIL_CLICK: Deed("click a link in", "e-mail", called="subject"),
    ActivityKind.EMAIL_REPLY: Deed("answer", "e-mail", called="subject"),
    ActivityKind.EMAIL_BOUNCE: Deed("bounce", "e-mail", called="subject"),
    ActivityKind.EMAIL_UNSUBSCRIBE: Deed("unsubscribe from", "e-mail", "unsubscribe", called="subject"),
    ActivityKind.WEBINAR_REGISTERED: Deed("register for", "webinar"),
    ActivityKind.WEBINAR_ATTENDED: Deed("attend", "webinar"),
    ActivityKind.EVENT_ATTENDED: Deed("attend", "event"),
    ActivityKind.ROI_CALCULATOR: Deed("use", "ROI calculator", "use the ROI calculator"),
    ActivityKind.TRIAL_STARTED: Deed("start", "trial"),
    ActivityKind.CHAT: Deed("have", "chat", called="subject"),
    ActivityKind.CALL: Deed("have", "call", called="subject"),
    ActivityKind.MEETING: Deed("have", "meeting", called="subject"),
    ActivityKind.NOTE: Deed("get", "note", called="subject"),
    ActivityKind.SMS_SENT: Deed("get sent", "text message", called="subject"),
    ActivityKind.TASK_DONE: Deed("have us do", "task"),
}


def kind_label(kind: str) -> str:
    """A kind as a thing: "e-mail sent", "ROI calculator used", or a kind of one's own in quotes."""
    if kind not in ActivityKind.values:
        return f"“{kind.replace('_', ' ')}”"
    label = str(ActivityKind(kind).label)
    return label if label[1].isupper() else label[0].lower() + label[1:]


def deed(conditions: Sequence[ConditionSpec]) -> str:
    """What an engagement rule's conditions ask for, all of them: "view a page under /pricing where …"."""
    kinds = [one for one in conditions if one.field == "kind"]
    decisive = next((one for one in kinds if one.op in (Op.EQUALS, Op.IN)), kinds[0] if kinds else None)
    rest = [one for one in conditions if one is not decisive]
    if decisive is not None and _kinds(decisive) and len(_kinds(decisive)) == 1:
        done, rest = _one_kind(_kinds(decisive)[0], rest)
    else:
        done = _some_kinds(decisive)
    campaigns = [one for one in rest if one.field == "campaign" and one.op == Op.EQUALS]
    if campaigns:
        done = f"{done} in the campaign {plain(campaigns[0].value)}"
        rest = [one for one in rest if one is not campaigns[0]]
    return f"{done} where {' and '.join(activity_clause(one) for one in rest)}" if rest else done


def activity_clause(condition: ConditionSpec) -> str:
    """One condition on an activity, for itself: "the campaign is “Spring”"."""
    field, op, value = condition.field, condition.op, condition.value
    if field == "automated":
        by_a_machine = (str(value).lower() == "true") == (op == Op.EQUALS)
        return "a machine did it" if by_a_machine else "a person did it"
    if field == "kind" and op in (Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN):
        labels = [kind_label(str(kind)) for kind in (value if isinstance(value, list) else [value])]
        return f"the kind is {'not ' if op in OTHER_THAN else ''}{listed(labels)}"
    return f"{activity_field(field)} {predicate(op, value)}"


def activity_field(field: str) -> str:
    """A field of activities as people call it: "the campaign", and a property by its key."""
    named = field.removeprefix("properties.").replace("_", " ").strip()
    return named if field.startswith("properties.") else f"the {named}"


def _kinds(condition: ConditionSpec) -> list[str]:
    """The kinds that a condition allows by name."""
    if condition.op == Op.EQUALS:
        return [str(condition.value).lower()]
    return [str(kind).lower() for kind in condition.value] if condition.op == Op.IN else []


def _one_kind(kind: str, rest: list[ConditionSpec]) -> tuple[str, list[ConditionSpec]]:
    """One kind with what is said of its subject, and the conditions that are still to be said."""
    subjects = [one for one in rest if one.field == "subject"]
    known = DEEDS.get(kind)
    if known is None:
        return f"do {kind_label(kind)}", rest
    if not subjects:
        return str(known), rest
    thing, *others = _objects(known, subjects)
    further = f" and {' and '.join(others)}" if others else ""
    return f"{known.verb} {thing}{further}", [one for one in rest if one.field != "subject"]


def _objects(known: Deed, subjects: list[ConditionSpec]) -> list[str]:
    """The object by its subject; what a second condition says of the same subject follows."""
    first, *others = sorted(subjects, key=lambda one: one.op not in (Op.EQUALS, Op.IN))
    further = [f"whose {known.called} {predicate(one.op, one.value)}" for one in others]
    if first.op == Op.EQUALS:
        return [f"the {known.noun} {_subject(first.value)}", *further]
    if first.op == Op.IN:
        return [f"the {known.noun} {listed([_subject(one) for one in first.value])}", *further]
    if first.op in OTHER_THAN:
        values = first.value if isinstance(first.value, list) else [first.value]
        return [f"{known.one} other than {listed([_subject(one) for one in values])}", *further]
    if first.op == Op.STARTS_WITH and known.noun == "page" and str(first.value).startswith("/"):
        return [f"{known.one} under {first.value}", *further]
    return [f"{known.one} whose {known.called} {predicate(first.op, first.value)}", *further]


def _subject(value: object) -> str:
    """A path as it stands, anything else in quotes."""
    return value if isinstance(value, str) and value.startswith("/") else plain(value)


def _some_kinds(condition: ConditionSpec | None) -> str:
    """Several kinds, or any but some."""
    if condition is None or condition.op == Op.KNOWN:
        return ANYTHING
    if condition.op == Op.IN:
        return listed([str(DEEDS.get(kind, f"do {kind_label(kind)}")) for kind in _kinds(condition)])
    if condition.op in OTHER_THAN:
        left_out = condition.value if isinstance(condition.value, list) else [condition.value]
        labels = [kind_label(str(kind)) for kind in left_out]
        return f"{ANYTHING} (not counting {listed(labels, 'and')})"
    return f"{SOMETHING} where {activity_clause(condition)}"
