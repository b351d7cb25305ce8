"""Who should have each of a batch of contacts, step by step, with what was tried on the way.

Whoever has a bond with a contact comes first: their earlier rep, their owner, their account's owner unless a rule names
account owners, the rep of their colleagues. Then the rules of the admin, in order; then everybody in turn. A rep who is
away, or full, is passed over at every step. Outside working hours a bond counts all the same; in a rotation it is the
turn of who is at work, and where nobody is, of who starts next.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crm.models import Contact, User
from leads.hand_over import Step
from leads.models import AssignmentRule
from leads.routing.claims import Claim, Claims
from leads.routing.desk import Desk, Seat
from leads.routing.rules import Fit, Rules

MOST_NAMED = 12
"""Reps who are passed over by name in a trail."""


@dataclass(slots=True)
class Decision:
    """Who gets a contact, or nobody; `because` says why in short, `trail` what was tried in order."""

    rep: User | None = None
    because: str = ""
    trail: list[Step] = field(default_factory=list)

    def say(self, step: str, outcome: str) -> None:
        self.trail.append(Step(step=step, outcome=outcome))

    def give(self, seat: Seat, because: str) -> None:
        seat.take()
        self.rep, self.because = seat.rep.user, because[:200]


@dataclass(frozen=True, slots=True)
class Pool:
    """Reps who are served in turn: those of a team, or everybody where there is no `team_id`."""

    name: str
    because: str
    seats: Sequence[Seat]
    team_id: int | None = None


class Decider:
    """Decides for one contact of a batch after the other, each knowing what the ones before were given."""

    def __init__(
        self, contacts: Sequence[Contact], desk: Desk, *, at: datetime, apart_from: Collection[int] = ()
    ) -> None:
        self._desk, self._at = desk, at
        self._rules = Rules(contacts, at=at)
        self._claims = Claims(
            contacts, at=at, apart_from=apart_from, account_owners=not self._rules.name_account_owners
        )

    def decide(self, contact: Contact, *, passing_over: Collection[int] = ()) -> Decision:
        """Who gets `contact`, who must not be one of the users `passing_over`."""
        decision = Decision()
        everybody = Pool("Everybody in turn", "Round robin", list(self._desk.seats.values()))
        found = (
            self._by_claim(decision, contact, passing_over)
            or self._by_rule(decision, contact, passing_over)
            or self._by_turn(decision, everybody, passing_over)
        )
        if found and decision.rep:
            self._claims.note(contact, decision.rep.pk)
        return decision

    def _by_claim(self, decision: Decision, contact: Contact, passing_over: Collection[int]) -> bool:
        return any(self._directly(decision, claim, passing_over) for claim in self._claims.of(contact))

    def _by_rule(self, decision: Decision, contact: Contact, passing_over: Collection[int]) -> bool:
        for fit in self._rules.of(contact):
            if not fit.holds:
                decision.say(str(fit), fit.because)
            elif self._as_ruled(decision, fit, contact, passing_over):
                return True
        return False

    def _as_ruled(
        self, decision: Decision, fit: Fit, contact: Contact, passing_over: Collection[int]
    ) -> bool:
        name, rule = str(fit), fit.rule
        if rule.target == AssignmentRule.Target.TEAM and rule.team:
            decision.say(name, f"fits: {rule.team}, in turn")
            pool = Pool(str(rule.team), name, self._desk.of_team(rule.team.pk), rule.team.pk)
            return self._by_turn(decision, pool, passing_over)
        if rule.target == AssignmentRule.Target.REP and rule.rep:
            return self._directly(decision, Claim(rule.rep.user_id, name, name), passing_over)
        owner = contact.company.owner_id if contact.company else None
        if not owner:
            decision.say(name, "fits: the account’s owner, and it has none")
            return False
        return self._directly(decision, Claim(owner, name, name), passing_over)

    def _directly(self, decision: Decision, claim: Claim, passing_over: Collection[int]) -> bool:
        """Give the contact to whom `claim` names, if they are there."""
        seat = self._desk.seats.get(claim.user_id)
        if seat is None:
            decision.say(claim.step, "is no rep any more, or never was")
            return False
        if refusal := _refusal(seat, passing_over):
            decision.say(claim.step, f"{seat.rep.user}: {refusal}")
            return False
        decision.say(claim.step, str(seat.rep.user))
        decision.give(seat, claim.because)
        return True

    def _by_turn(self, decision: Decision, pool: Pool, passing_over: Collection[int]) -> bool:
        """Give the contact to the next of those in `pool` who are at work, or else start first."""
        there, others = [], []
        for seat in pool.seats:
            refusal = _refusal(seat, passing_over)
            others.append((seat, refusal)) if refusal else there.append(seat)
        soonest = min((seat.starts_at for seat in there), default=self._at)
        first = [seat for seat in there if seat.starts_at == soonest]
        others += [
            (seat, f"outside working hours until {seat.starts}")
            for seat in there
            if seat.starts_at != soonest
        ]
        passed_over = [Step(step=str(seat.rep.user), outcome=refusal) for seat, refusal in others]
        new = [step for step in passed_over if step not in decision.trail]
        decision.trail += new[:MOST_NAMED]
        if len(new) > MOST_NAMED:
            decision.say(f"{len(new) - MOST_NAMED} more", "away, full, or outside working hours")
        if not first:
            decision.say(pool.name, "nobody is there")
            return False
        seat = self._desk.serve(first, team_id=pool.team_id)
        words = _turn(len(first))
        if soonest > self._at:
            words += f"; nobody is at work, and they start first: {seat.starts}"
        decision.say(str(seat.rep.user), words)
        decision.give(seat, f"{pool.because}: {words}")
        return True


def _refusal(seat: Seat, passing_over: Collection[int]) -> str:
    return "it is taken from them" if seat.rep.user_id in passing_over else seat.refusal


def _turn(number: int) -> str:
    return f"next of {number} available reps" if number > 1 else "the only available rep"
