"""What sales makes of each MQL: when a rep first calls, what they hear, and the verdict.

Better grades convert more often, reps differ in speed and skill, and reasons fit the person. Everything is done
through the functions that the pages call, each at its time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from django.db.models import Q
from django.utils import timezone

from crm import record
from crm.facts import ActivityFacts
from crm.models import ActivityKind, Stage, User
from leads import plans, sla, tasks, touches, verdict
from leads.come_back import ComingBack
from leads.demo.history import comes_back
from leads.demo.people import DemoPerson, Interest, Kind
from leads.demo.plans import MISSED
from leads.demo.staff import Habits, Staff
from leads.mailable import refusal
from leads.models import CallOutcome, MailTemplate, Mql, ProspectMail, Task, Verdict
from leads.plans import Proposal
from leads.prospect_mail import write
from leads.verdict import Bant

A_DAY = timedelta(days=1)
WORKING_DAY = 510
"""Minutes."""

CHANCES = {"A": 0.38, "B": 0.27, "C": 0.16, "D": 0.08}
"""How often an MQL of each fit becomes an SQL, before engagement, interest and the rep's skill."""

ENGAGED = {"1": 0.12, "2": 0.05, "3": -0.02, "4": -0.08}
INTERESTED = {Interest.BUYING: 0.15, Interest.EVALUATING: 0.03, Interest.READER: -0.06, Interest.GLANCE: -0.1}

RECYCLED = ("No project yet", "No budget this year", "Bound by a contract with another vendor", "Only researching",
            "Not reached after several attempts", "Another person decides")  # fmt: skip
DISQUALIFIED = (
    "No need for what we sell",
    "Company too small",
    "Not a market we serve",
    "Contact details are wrong",
)
OUTSIDER = "Student, job seeker or private person"

NOTES = {
    "No project yet": "Likes what we do; looks at it again when the new team is in place.",
    "No budget this year": "Budget is spent. Asked for a call when the next one is planned.",
    "Bound by a contract with another vendor": "Contract runs for another year, they are not happy with it.",
    "Only researching": "Collects material for an internal comparison.",
    "Not reached after several attempts": "Three calls and two mails, no answer.",
    "Another person decides": "Named their head of revenue operations, who is to be asked.",
}
BACK_IN_DAYS = {"No budget this year": 80, "Bound by a contract with another vendor": 150}
"""When reps come back to those who named such a reason."""
BACK_ON_ACTIVITY = ("Only researching", "No project yet")
RETURNS = ("Not yet: asked for another quarter", "Left a message", "Looks at it with the new team")
"""What came of coming back to somebody."""
BUDGETS = (
    "Approved, 20–30k a year",
    "In this quarter's plan",
    "To be asked for, sponsor is sure",
    "About 12k a year",
)
AUTHORITIES = ("Decides alone", "Decides with the CFO", "Recommends; VP signs", "Buying committee of three")
NEEDS = (
    "MQLs lie for days before anybody calls", "Reps do not trust the current score", "Routing by hand in a sheet",
    "Two teams call the same people", "No view of which campaigns bring SQLs",
)  # fmt: skip
TIMELINES = (
    "Live before the next quarter",
    "Decision in six weeks",
    "Pilot next month",
    "Before their fiscal year",
)
CALLS = ((CallOutcome.CONNECTED, 45), (CallOutcome.VOICEMAIL, 33), (CallOutcome.NO_ANSWER, 22))
SAID = {
    CallOutcome.CONNECTED: (
        "Wants to see how routing works.",
        "Asked for prices.",
        "Good talk, knows the problem.",
    ),
    CallOutcome.VOICEMAIL: ("Left my number.", "Left a word about what they looked at."),
}
"""What reps note about some of their calls."""
AFTER_GIVING_UP = timedelta(days=10)
"""Longer than the story pauses between two moments at which plans give up."""
GOES_BY_THE_PLAN = 0.45
"""How often a rep who reached nobody keeps to the plan, and does not decide on their own."""
ANSWERS_MAIL = 0.2
LOST = ("Lost to a competitor", "Lost: project stopped", "Lost: no budget in the end")


@dataclass(slots=True)
class Case:
    """One MQL on a rep's desk, with the generator that decides what comes of it."""

    mql: Mql
    person: DemoPerson
    rep: User
    rng: Random


@dataclass(slots=True)
class Floor:
    """The sales floor: what each rep is going to do, in order of time. `tell` takes the facts that come of it, and
    `not_called` are the addresses of those who wait.
    """

    staff: Staff
    people: dict[str, DemoPerson]
    tell: Callable[[Iterable[ActivityFacts]], None]
    not_called: set[str]
    agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    returns: dict[str, int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def take_on(self, mqls: Iterable[Mql]) -> None:
        """Plan what comes of MQLs that have just been opened."""
        for mql in mqls:
            if mql.owner is None:
                continue
            person = self.people[mql.contact.email]
            rng = Random(f"verdict {self.returns.get(person.email, 0)} on {person.email}")
            case = Case(mql, person, mql.owner, rng)
            self._plan(case)

    def work(self, until: datetime) -> None:
        """Do everything that is due by then, each thing at its time."""
        while self.agenda and self.agenda[0][0] <= until:
            at, _, act = heapq.heappop(self.agenda)
            act(at)

    def _at(self, moment: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self.agenda, (moment, next(self.numbers), act))

    def _plan(self, case: Case) -> None:
        rng = case.rng
        habits = self.staff.habits[case.rep.pk]
        touched = sla.due_at(
            case.mql.opened_at, minutes=round(2 + habits.minutes * rng.lognormvariate(0, 0.9))
        )
        if case.person.email in self.not_called:
            return
        self._at(touched, lambda at: self._first_call(case, at))

    def _first_call(self, case: Case, at: datetime) -> None:
        rng = case.rng
        proposal = plans.after_call(case.mql, self._call(case, at), by=case.rep, at=at)
        decided = sla.due_at(at, minutes=rng.randint(20, 5 * WORKING_DAY))
        if _is_outsider(case.person) and rng.random() < 0.6:
            self._at(at + timedelta(minutes=4), lambda moment: self._decide(case, moment))
            return
        verdict.accept(case.mql, by=case.rep, at=at)
        if rng.random() < 0.4:
            follow_up = sla.due_at(at, minutes=rng.randint(WORKING_DAY // 2, 2 * WORKING_DAY))
            title = rng.choice(("Call back", "Send the pricing overview", "Ask who else decides"))
            task = tasks.add_task(
                case.mql.contact,
                title,
                due_at=follow_up,
                by=case.rep,
                at=at,
                mql=case.mql,
                kind=Task.Kind.FOLLOW_UP,
            )
            if follow_up < decided:
                self._at(
                    follow_up - timedelta(minutes=15), lambda moment: self._follow_up(case, task, moment)
                )
        if proposal and Random(f"patience with {case.person.email}").random() < GOES_BY_THE_PLAN:
            self._keep_to_plan(case, proposal)
        else:
            self._at(decided, lambda moment: self._decide(case, moment))

    def _keep_to_plan(self, case: Case, proposal: Proposal | None) -> None:
        """Do what the plan asks for next, a few minutes before it is due. It gives up by itself, but not on those who
        answered meanwhile: these the rep decides about.
        """
        if proposal is None:
            return
        early = proposal.due_at - timedelta(minutes=case.rng.randint(5, 50))
        if proposal.task is not None:
            self._at(early, lambda moment: self._step(case, moment))
        else:
            self._at(proposal.due_at + AFTER_GIVING_UP, lambda moment: self._decide(case, moment))

    def _step(self, case: Case, at: datetime) -> None:
        """Take the plan's next step, unless the contact answered meanwhile: then the rep decides."""
        if not Mql.objects.open().filter(pk=case.mql.pk).exists():
            return
        task = Task.objects.open().filter(mql=case.mql, step__isnull=False).order_by("due_at").first()
        if task is None:
            self._decide(case, at)
        elif task.kind == Task.Kind.MAIL:
            self._mail(case, at)
            self._keep_to_plan(case, plans.after_mail(case.mql, by=case.rep, at=at))
        else:
            outcome = self._call(case, at)
            proposal = plans.after_call(case.mql, outcome, by=case.rep, at=at)
            if outcome == CallOutcome.CONNECTED:
                self._at(sla.due_at(at, minutes=WORKING_DAY), lambda moment: self._decide(case, moment))
            self._keep_to_plan(case, proposal)

    def _mail(self, case: Case, at: datetime) -> None:
        """Write to the contact, who gets it at once and may answer within the day."""
        contact = case.mql.contact
        if refusal(contact):
            return
        template = MailTemplate.objects.get(name=MISSED)
        mail = write(
            contact,
            subject=template.subject,
            body=template.body,
            template=template,
            mql=case.mql,
            over_the_cap=True,
            by=case.rep,
            at=at,
        )
        ProspectMail.objects.filter(pk=mail.pk).update(state=ProspectMail.State.SENT, sent_at=at)
        told = {"by": str(case.rep), "message_id": mail.message_id, "text": mail.body}
        acts = [(ActivityKind.EMAIL_SENT, at, touches.SOURCE, told)]
        if case.rng.random() < ANSWERS_MAIL:
            answered = at + timedelta(hours=case.rng.randint(1, 20))
            acts.append((ActivityKind.EMAIL_REPLY, answered, "mail", {}))
        self.tell(
            ActivityFacts(
                contact=contact.pk,
                kind=kind,
                occurred_at=moment,
                source=source,
                subject=mail.subject,
                external_id=f"mail-{mail.pk}-{kind}",
                properties=properties,
            )
            for kind, moment, source, properties in acts
        )

    def _call(self, case: Case, at: datetime) -> CallOutcome:
        [outcome] = case.rng.choices([each for each, _ in CALLS], [share for _, share in CALLS])
        minutes = case.rng.randint(3, 25) if outcome == CallOutcome.CONNECTED else 1
        told = {"outcome": outcome.value, "by": str(case.rep), "minutes": minutes}
        noting = Random(f"note on {case.person.email} at {at}")
        if outcome in SAID and noting.random() < 0.5:
            told["text"] = noting.choice(SAID[outcome])
        self.tell(
            [
                ActivityFacts(
                    contact=case.mql.contact_id,
                    kind=ActivityKind.CALL,
                    occurred_at=at,
                    source=tasks.SOURCE,
                    subject=outcome.label,
                    external_id=f"call-{case.mql.pk}-{at:%Y%m%d%H%M%S}",
                    properties=told,
                )
            ]
        )
        return outcome

    def catch_up(self, at: datetime) -> None:
        """Do what was to be done about those who were recycled and whose day had come, and answer who wrote."""
        due = Task.objects.open().filter(due_at__lte=at)
        back = Q(kind=Task.Kind.COME_BACK)
        letters = Q(kind=Task.Kind.FOLLOW_UP, title__startswith="Answer the mail", due_at__lte=at - A_DAY)
        for task in due.filter(back | letters).select_related("assignee", "contact").order_by("pk"):
            said = Random(f"back to {task.contact.email}").choice(RETURNS)
            outcome = said if task.kind == Task.Kind.COME_BACK else "Answered, and offered two times"
            if task.assignee:
                tasks.complete(task, by=task.assignee, at=at, outcome=outcome)

    def _follow_up(self, case: Case, task: Task, at: datetime) -> None:
        tasks.complete(task, by=case.rep, at=at, outcome=self._call(case, at).label)

    def _decide(self, case: Case, at: datetime) -> None:
        if not Mql.objects.open().filter(pk=case.mql.pk).exists():
            return
        rng, habits = case.rng, self.staff.habits[case.rep.pk]
        if rng.random() < _chance(case, habits):
            bant = Bant(
                rng.choice(BUDGETS), rng.choice(AUTHORITIES), rng.choice(NEEDS), rng.choice(TIMELINES)
            )
            verdict.give_verdict(case.mql, Verdict.QUALIFIED, by=case.rep, at=at, bant=bant)
            self._at(
                sla.due_at(at, minutes=rng.randint(2, 12) * WORKING_DAY),
                lambda moment: self._opportunity(case, moment),
            )
        elif _is_outsider(case.person) or rng.random() < 0.22:
            reason = OUTSIDER if _is_outsider(case.person) else rng.choice(_why_never(case.person))
            verdict.give_verdict(case.mql, Verdict.DISQUALIFIED, by=case.rep, at=at, reason=reason)
        else:
            reason = rng.choice(RECYCLED)
            note = NOTES[reason] if rng.random() < 0.7 else ""
            verdict.give_verdict(
                case.mql,
                Verdict.RECYCLED,
                by=case.rep,
                at=at,
                reason=reason,
                note=note,
                coming_back=_coming_back(reason, at),
            )
            self._perhaps_return(case, at)

    def _opportunity(self, case: Case, at: datetime) -> None:
        rng = case.rng
        if rng.random() < 0.7:
            self._move(case, Stage.OPPORTUNITY, at)
            self._at(
                sla.due_at(at, minutes=rng.randint(8, 45) * WORKING_DAY),
                lambda moment: self._deal(case, moment),
            )
        elif rng.random() < 0.5:
            self._move(case, Stage.NURTURE, at, reason="Stopped answering")
            self._perhaps_return(case, at)

    def _deal(self, case: Case, at: datetime) -> None:
        if case.rng.random() < 0.38:
            self._move(case, Stage.CUSTOMER, at)
        elif case.rng.random() < 0.8:
            self._move(case, Stage.NURTURE, at, reason=case.rng.choice(LOST))
            self._perhaps_return(case, at)

    def _move(self, case: Case, stage: Stage, at: datetime, *, reason: str = "") -> None:
        record.move_stage([case.mql.contact_id], stage, by=case.rep, at=at, reason=reason)

    def _perhaps_return(self, case: Case, at: datetime) -> None:
        number = self.returns.get(case.person.email, 0)
        if number < 2 and case.rng.random() < 0.6:
            self.returns[case.person.email] = number + 1
            self.tell(comes_back(case.person, number, at))


def _is_outsider(person: DemoPerson) -> bool:
    return person.kind in (Kind.STUDENT, Kind.THROWAWAY) or (person.kind is Kind.PRIVATE and not person.title)


def _coming_back(reason: str, at: datetime) -> ComingBack | None:
    """When the rep looks at somebody again who was recycled for `reason`."""
    if days := BACK_IN_DAYS.get(reason):
        return ComingBack(on_day=timezone.localdate(at) + timedelta(days=days))
    return ComingBack(on_activity=True) if reason in BACK_ON_ACTIVITY else None


def _why_never(person: DemoPerson) -> tuple[str, ...]:
    small = person.company is None or person.company.employees < 20
    return ("Company too small",) if small else DISQUALIFIED[:1] + DISQUALIFIED[2:]


def _chance(case: Case, habits: Habits) -> float:
    if _is_outsider(case.person):
        return 0.01
    fit, engagement = case.mql.grade[0], case.mql.grade[1]
    return CHANCES[fit] + ENGAGED[engagement] + INTERESTED[case.person.interest] + habits.skill
