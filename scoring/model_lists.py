"""The domain lists that a model's rules ask for by name, in its file: so that a model that names one can be checked in
an empty database and imported elsewhere.

A list is no part of the model: it may change while a version is live. What becomes of a file's lists is said by
`scoring.model_import`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from crm.email_domains import domain_of
from crm.strict_yaml import Fault, Path
from scoring.domain_file import MOST_DOMAINS
from scoring.models import DomainList, Op
from scoring.spec import ConditionSpec, ListSpec, ModelSpec

MOST_LISTS = 50
LONGEST_NAME = 80
LONGEST_DESCRIPTION = 200
NAME = re.compile(r"[-a-zA-Z0-9_]+")


def lists_named(spec: ModelSpec) -> list[str]:
    """The lists that rules of `spec` ask for by name, each once, in order of name."""
    return sorted({str(one.value) for rule in spec.rules for one in rule.when if _names_a_list(one)})


def lists_of(spec: ModelSpec) -> tuple[ListSpec, ...]:
    """The lists that rules of `spec` ask for, as they are now. One that does not exist is left out."""
    rows = DomainList.objects.filter(name__in=lists_named(spec)).prefetch_related("entries").order_by("name")
    return tuple(
        ListSpec(row.name, row.description, tuple(sorted(entry.domain for entry in row.entries.all())))
        for row in rows
    )


def with_domains(spec: ModelSpec, lists: Iterable[ListSpec]) -> ModelSpec:
    """`spec` with the domains themselves where its rules name one of `lists`: what it says once these are made."""
    domains = {one.name: list(one.domains) for one in lists}

    def written(condition: ConditionSpec) -> ConditionSpec:
        named = _names_a_list(condition) and condition.value in domains
        return replace(condition, value=domains[condition.value]) if named else condition

    rules = (replace(rule, when=tuple(written(one) for one in rule.when)) for rule in spec.rules)
    return replace(spec, rules=tuple(rules))


def _names_a_list(condition: ConditionSpec) -> bool:
    return condition.op == Op.IN_DOMAIN_LIST and isinstance(condition.value, str)


def list_faults(lists: Sequence[ListSpec], spec: ModelSpec) -> Iterator[Fault]:
    """What is wrong with the lists of a model's file."""
    if len(lists) > MOST_LISTS:
        yield Fault(("lists",), f"are {len(lists)}", f"keep them to {MOST_LISTS}")
    named, seen = lists_named(spec), set()
    for index, one in enumerate(lists):
        path: Path = ("lists", index)
        if not NAME.fullmatch(one.name) or len(one.name) > LONGEST_NAME:
            mend = f"use letters, digits, - and _, at most {LONGEST_NAME}, as in competitors"
            yield Fault((*path, "name"), f"“{one.name[:LONGEST_NAME]}” is no name of a list", mend)
        elif one.name in seen:
            yield Fault((*path, "name"), f"“{one.name}” is the name of another list too", "put them together")
        elif one.name not in named:
            mend = "remove it, or write its name in a rule with `op: in_domain_list`"
            yield Fault((*path, "name"), f"no rule asks for the list “{one.name}”", mend)
        seen.add(one.name)
        if len(one.description) > LONGEST_DESCRIPTION:
            yield Fault(
                (*path, "description"), "is too long", f"shorten it to {LONGEST_DESCRIPTION} characters"
            )
        yield from _domain_faults(one, (*path, "domains"))


def _domain_faults(one: ListSpec, path: Path) -> Iterator[Fault]:
    if len(one.domains) > MOST_DOMAINS:
        yield Fault(path, f"holds {len(one.domains):,} domains", f"keep it to {MOST_DOMAINS:,}")
    for domain in one.domains:
        kept = domain_of(f"x@{domain}")
        if kept != domain or "." not in domain:
            mend = f"write it as in {kept if '.' in kept else 'rival.example'}"
            yield Fault(path, f"“{domain[:80]}” is not how a domain is kept", mend)
            return
