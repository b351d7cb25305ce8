"""A list of the inbox as an address names it: queue, state, search, filters and order. All of it is there, so that a
link shows a colleague the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.http import QueryDict

from crm.models import User
from leads import keyset, orders
from leads.deadlines import note_hours
from leads.filters import MqlFilters, in_words
from leads.models import Mql, SavedView
from leads.models.mql import MqlQuerySet
from leads.orders import Sort
from leads.queues import Queue, State, first_queue, in_queue, sizes, team_of
from leads.rows import headings, rows_of

PAGE, MOST_ROWS = 25, 200
LONGEST_SEARCH = 200
SHOWN = (
    "owner__username", "owner__first_name", "owner__last_name", "contact__first_name", "contact__last_name",
    "contact__email", "contact__job_title", "contact__source", "contact__company__name", "grade", "total",
    "explanation", "search", "signal_at", "opened_at", "due_at", "sla_minutes", "first_touched_at", "accepted_at",
    "closed_at", "below_since", "verdict",
)  # fmt: skip
"""What a row is made of. Of three tables that is a third of the columns, and a third of the time to read them."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the rest of the address once it is off."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Another list to go to: its name, how many it holds if counted, its address, and if it is this one."""

    words: str
    size: int | None
    query: str
    chosen: bool


class Listing:
    """What `address` asks for, seen by `user` at `at`. Words that are not known count as not said."""

    def __init__(self, address: QueryDict, user: User, *, at: datetime) -> None:
        self.user, self.at = user, at
        queue, state, sort = (address.get(name, "") for name in ("queue", "state", "sort"))
        self.whose = _whose(address, user)
        self.team = team_of(self.whose)
        self.queue = Queue(queue) if queue in Queue.values else first_queue(self.whose, self.team)
        self.state = State(state) if state in State.values else State.OPEN
        self.sort = Sort(sort) if sort in Sort.values else Sort.URGENCY
        self.search = address.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        self.after = address.get("after", "")
        self.size = _size(address.get("rows", ""))
        self.filters = MqlFilters(
            address, in_queue(user, self.queue, self.state, at=at, whose=self.whose), at=at
        )

    @cached_property
    def mqls(self) -> MqlQuerySet:
        """All that are listed, in no order."""
        found = cast(MqlQuerySet, self.filters.qs)
        return found.found_by(self.search) if self.search else found

    @property
    def query(self) -> QueryDict:
        """The address of the list, without what it does not know and without the place within it."""
        said = QueryDict(mutable=True)
        said["queue"] = self.queue.value
        if self.whose != self.user:
            said["of"] = str(self.whose.pk)
        if self.state != State.OPEN:
            said["state"] = self.state.value
        if self.sort != Sort.URGENCY:
            said["sort"] = self.sort.value
        if self.search:
            said["q"] = self.search
        for name, values in self.filters.asked.items():
            said.setlist(name, [str(value) for value in (values if isinstance(values, list) else [values])])
        return said

    @property
    def shared(self) -> str:
        """The address under which a colleague sees these same MQLs, as far as they may: it names whose queue it is."""
        said = self.query
        if self.queue in (Queue.MINE, Queue.TEAM) or self.state == State.TODAY:
            said["of"] = str(self.whose.pk)
        return said.urlencode()

    @property
    def own(self) -> str:
        """The address of the same list of one's own."""
        said = self.query
        said.pop("of", None)
        return said.urlencode()

    @property
    def kept(self) -> str:
        """The address of the list, which every link of a row takes along."""
        return self.query.urlencode()

    @property
    def order_name(self) -> str:
        """The order in a word or two."""
        return next(each.words for each in self._sorts() if each.chosen)

    def _sorts(self) -> list[Choice]:
        """The orders to choose from. What presses most is what was closed last, once it is closed."""
        choices = self._choices("sort", self.sort, dict.fromkeys(Sort))
        if self.state == State.CLOSED:
            choices[0] = replace(choices[0], words=orders.CLOSED_LABEL)
        return choices

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What a form that searches sends along besides the search, one by one."""
        return [(name, value) for name, values in self.query.lists() if name != "q" for value in values]

    @property
    def unfiltered(self) -> list[tuple[str, str]]:
        """What a form that filters sends along besides the filters, one by one."""
        return [(name, str(value)) for name, value in self.query.items() if name not in self.filters.filters]

    @property
    def bare(self) -> str:
        """The address of the queue without search and filters."""
        said = self.query
        for name in {"q", *self.filters.filters} & set(said):
            del said[name]
        return said.urlencode()

    def chips(self) -> list[Chip]:
        """A chip for each value that is filtered by."""
        return [
            Chip(words, _without(self.query, name, value))
            for name, value, words in in_words(self.filters.asked, self.user)
        ]

    def _choices(
        self, name: str, current: Queue | State | Sort, sizes: Mapping[Any, int | None]
    ) -> list[Choice]:
        """The list with each other value of `name`, which need not be said where it is the usual one."""
        usual = {State.OPEN, Sort.URGENCY}
        found = []
        for each, size in sizes.items():
            query = self.query
            query.setlist(name, [] if each in usual else [each.value])
            found.append(Choice(str(each.label), size, query.urlencode(), each == current))
        return found

    def first(self) -> Mql | None:
        """The first of the list."""
        columns = orders.columns_of(self.sort, self.state)
        found = orders.with_columns(self.mqls, columns, at=self.at)
        return found.order_by(*(column.order_by() for column in columns)).first()

    def context(self) -> dict[str, Any]:
        """What the list is rendered from."""
        shown = Mql.objects.select_related("contact__company", "owner").only(*SHOWN)
        page = orders.page(
            self.mqls, shown, self.sort, self.state, after=self.after, size=self.size, at=self.at
        )
        note_hours(page.rows)
        size = sizes(self.user, self.team, self.queue, self.state, at=self.at, whose=self.whose)
        return {
            "listing": self,
            "queue": self.queue,
            "search": self.search,
            "kept": self.kept,
            "chips": self.chips(),
            "page": page,
            "rows": rows_of(page.rows, self._headings(page), self.user, at=self.at),
            "queues": self._choices("queue", self.queue, size.queues),
            "states": self._choices("state", self.state, size.states),
            "sorts": self._sorts(),
            "views": list(SavedView.objects.visible_to(self.user).select_related("team")),
            "order": orders.explained(self.sort, self.state),
        }

    def _headings(self, page: keyset.Page[Mql]) -> list[str]:
        if self.sort == Sort.URGENCY and self.state != State.CLOSED:
            return headings(page.rows, page.seen[0] if page.seen else None)
        return [""] * len(page.rows)


def _size(rows: str) -> int:
    """How many rows to list: a page, or as many as a list has that is read again."""
    return (
        min(max(PAGE, int(rows)), MOST_ROWS) if rows.isascii() and rows.isdigit() and len(rows) < 5 else PAGE
    )


def _whose(address: QueryDict, user: User) -> User:
    """Whose *mine*, *my team* and *today* are meant: the user whom `of` names, else the reader's."""
    named = address.get("of", "")
    if not (named.isascii() and named.isdigit() and len(named) < 18) or int(named) == user.pk:
        return user
    return User.objects.filter(pk=int(named)).first() or user


def _without(query: QueryDict, name: str, value: str) -> str:
    rest = query.copy()
    rest.setlist(name, [each for each in rest.getlist(name) if each != value])
    return rest.urlencode()
