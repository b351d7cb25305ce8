"""Views of the inbox that the demo's people keep: the lead's, which the team sees too, and a rep's own."""

from __future__ import annotations

from crm.models import User
from leads.demo.staff import MID_MARKET
from leads.models import Team
from leads.saved_views import save_view

OF_THE_LEAD = {
    "Best fits that nobody called yet": "queue=team&grade=A&grade=B&sla=breached&sla=soon&sla=in_time",
    "Nobody’s yet, best first": "queue=unassigned&sort=score",
    "Hot at large companies": "queue=team&score_min=100&size=1001-5000&size=5001",
}
OF_THE_REP = {
    "Due before lunch": "queue=mine&sla=breached&sla=soon",
    "Looks at forecasting": "queue=mine&interest=Forecasting",
}


def keep_views(rep: User) -> None:
    """Keep `rep` views of their own, and have the lead of their team share some."""
    team = Team.objects.select_related("lead").get(name=MID_MARKET)
    if team.lead:
        for name, query in OF_THE_LEAD.items():
            save_view(name, query, by=team.lead, team=team)
    for name, query in OF_THE_REP.items():
        save_view(name, query, by=rep)
