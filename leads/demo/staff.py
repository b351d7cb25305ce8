"""The made-up seller and its people: two teams of reps with habits, their leads, a marketer and an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from crm.demo_logins import DEMO_PASSWORD
from crm.models import User
from leads import roles
from leads.models import Rep, Team

DOMAIN = "northbeam.example"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a rep works: working minutes until the first touch, half of the time, and how much better they convince."""

    minutes: int
    skill: float


@dataclass(frozen=True, slots=True)
class Seller:
    username: str
    first_name: str
    last_name: str
    team: str
    habits: Habits


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works the year's MQLs. `habits` are kept by the id of the rep's user."""

    reps: list[User]
    habits: dict[int, Habits]
    marketer: User


MID_MARKET, ENTERPRISE = "Mid-market", "Enterprise"
SELLERS = (
    Seller("sdr", "Nadia", "Whitmore", MID_MARKET, Habits(35, 0.06)),
    Seller("tomas.varga", "Tomás", "Varga", MID_MARKET, Habits(55, 0.02)),
    Seller("grace.adeleke", "Grace", "Adeleke", MID_MARKET, Habits(20, 0.08)),
    Seller("piet.vandermeer", "Piet", "van der Meer", MID_MARKET, Habits(190, -0.06)),
    Seller("hana.morimoto", "Hana", "Morimoto", ENTERPRISE, Habits(45, 0.05)),
    Seller("luca.ferrante", "Luca", "Ferrante", ENTERPRISE, Habits(110, 0.0)),
    Seller("sofie.lindahl", "Sofie", "Lindahl", ENTERPRISE, Habits(70, 0.03)),
    Seller("derek.holt", "Derek", "Holt", ENTERPRISE, Habits(260, -0.09)),
)
LEADS = (("lead", "Marcus", "Oyelaran", MID_MARKET), ("ingrid.solheim", "Ingrid", "Solheim", ENTERPRISE))


def hire(at: datetime) -> Staff:
    """Make the users with their groups, teams and places. Only those whom the start page names can sign in."""
    # Made once, for everybody knows it: hashing is meant to be slow.
    password = make_password(DEMO_PASSWORD)
    groups = {group.name: group for group in Group.objects.all()}
    teams = {name: Team.objects.create(name=name) for name in (MID_MARKET, ENTERPRISE)}
    for username, first_name, last_name, team in LEADS:
        lead = _user(username, first_name, last_name, at, password=password if username == "lead" else "")
        lead.groups.add(groups[roles.TEAM_LEADS])
        Team.objects.filter(name=team).update(lead=lead)
    habits = {}
    reps = []
    for seller in SELLERS:
        own = password if seller.username == "sdr" else ""
        user = _user(seller.username, seller.first_name, seller.last_name, at, password=own)
        user.groups.add(groups[roles.SALES_REPS])
        Rep.objects.create(user=user, team=teams[seller.team])
        habits[user.pk] = seller.habits
        reps.append(user)
    marketer = _user("marketer", "Camille", "Duret", at, password=password, is_staff=True)
    marketer.groups.add(groups[roles.MARKETERS], groups[roles.PUBLISHERS])
    _user("admin", "Robin", "Castellan", at, password=password, is_staff=True, is_superuser=True)
    return Staff(reps, habits, marketer)


def leave_desks() -> None:
    """Everybody is in the weekly meeting: what opens meanwhile has no owner until they are back."""
    Rep.objects.update(available=False)


def return_to_desks() -> None:
    """All are back, save whom an absence keeps away."""
    Rep.objects.update(available=True)


def _user(
    username: str,
    first_name: str,
    last_name: str,
    at: datetime,
    *,
    password: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    return User.objects.create(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=f"{first_name}.{last_name}@{DOMAIN}".replace(" ", "").replace("á", "a").lower(),
        password=password or make_password(None),
        is_staff=is_staff,
        is_superuser=is_superuser,
        date_joined=at,
    )
