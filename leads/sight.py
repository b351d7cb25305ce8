"""Whose MQLs a user may read, held in memory, for what must decide for hundreds of users at once.

It says of one owner what `Mql.objects.visible_to` says in a query; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F

from crm.models import User
from leads.models import Rep, Team
from leads.roles import READ_ONLY


@dataclass(frozen=True, slots=True)
class Sight:
    """The owners whose MQLs a user reads, or everybody's."""

    user: int
    everything: bool
    owners: frozenset[int]

    def sees(self, owner: int | None) -> bool:
        """Whether the user may read an MQL of `owner`, None for nobody's."""
        return self.everything or owner is None or owner in self.owners


def sights(user_ids: Collection[int]) -> dict[int, Sight]:
    """What each of these users may read, without those who cannot sign in. Four queries for any number."""
    users = User.objects.filter(pk__in=user_ids, is_active=True)
    everything = dict(users.values_list("pk", "is_staff"))
    readers = users.filter(groups__name=READ_ONLY).values_list("pk", flat=True)
    everything.update(dict.fromkeys(readers, True))
    members: dict[int, set[int]] = {}
    teams: dict[int, set[int]] = {}
    for user, team in Rep.objects.values_list("user", "team").order_by():
        members.setdefault(team, set()).add(user)
        teams.setdefault(user, set()).add(team)
    for lead, team in Team.objects.exclude(lead=None).values_list("lead", F("pk")).order_by():
        teams.setdefault(lead, set()).add(team)
    return {
        user: Sight(
            user,
            sees_all,
            frozenset({user}.union(*(members.get(team, set()) for team in teams.get(user, ())))),
        )
        for user, sees_all in everything.items()
    }
