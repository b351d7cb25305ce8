"""`manage.py explain EMAIL`: why a contact's score is what it is, as a table that adds up."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.errors import HandoffError
from scoring.asking import contact_asked, moment_asked, version_asked
from scoring.explain import Explanation, Reason, explain

WIDTH = 64


class Command(BaseCommand):
    help = "Explain a contact's score: every rule that gave points, every cap, and what stands in the way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--as-of", metavar="ISO", help="any past moment, as 2026-03-01T09:00:00Z")
        parser.add_argument(
            "--version-number", "--version", dest="number", metavar="N", help="else the live one"
        )
        parser.add_argument("--json", action="store_true", help="as the API gives it")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        # `--version` means a scoring version here, not Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contact = contact_asked(options["email"])
            at, past = moment_asked(options["as_of"])
            version = version_asked(options["number"])
            explanation = explain([contact.pk], at=at, version=version, past=past)[contact.pk]
        except HandoffError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(explanation.as_json(), indent=2, ensure_ascii=False))
        else:
            self.stdout.write(table(explanation))


def table(explanation: Explanation) -> str:
    """The explanation as lines of text, each dimension's lines summing to its figure."""
    lines = [
        f"{explanation.email} as of {explanation.as_of:%Y-%m-%d %H:%M:%S %Z} under version {explanation.version}",
        "",
    ]
    for dimension, figure in (("fit", explanation.fit), ("engagement", explanation.engagement)):
        reasons = [reason for reason in explanation.reasons if reason.dimension == dimension]
        lines += [_line(f"  {r.rule}{_matches(r.matches, r.newest)}", _given(r)) for r in reasons]
        lines += [
            _line(f"  held: {cap.where}", cap.points)
            for cap in explanation.caps
            if cap.dimension == dimension
        ]
        lines.append(_line(dimension.capitalize(), figure))
    lines.append(_line("Total", explanation.total) + f"  grade {explanation.grade}")
    lines += ["", verdict(explanation)]
    return "\n".join(lines)


def _given(reason: Reason) -> Decimal | str:
    return reason.points if reason.effect == "points" else reason.effect.replace("_", "-")


def _matches(matches: int, newest: Any) -> str:
    return f" ({matches} ×, newest {newest:%Y-%m-%d %H:%M})" if newest else ""


def _line(label: str, points: Decimal | str) -> str:
    figure = (
        points
        if isinstance(points, str)
        else f"{points:,.2f}"
        if points == round(points, 2)
        else f"{points:,}"
    )
    return f"{label[:WIDTH]:<{WIDTH}}{figure:>12}"


def verdict(explanation: Explanation) -> str:
    if explanation.qualifies:
        return "Qualifies."
    if explanation.disqualified:
        return "Does not qualify: a rule disqualifies."
    reasons = ["the score is not enough"] if not explanation.crosses else []
    reasons += [word.replace("_", " ") for word in explanation.blocked_by]
    return f"Does not qualify: {', '.join(reasons)}."
