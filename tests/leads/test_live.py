"""Live news: what reaches an open tab after a commit, and what never does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from django.db import connection

from crm.models import User
from leads.live import Live
from leads.models import Mql, Rep
from leads.verdict import accept, assign
from tests.factories import (
    NOW,
    make_mql,
    make_rep,
    make_team,
    make_user,
    publish_small_model,
)
from tests.leads.live_client import SECONDS, asks, cookies_of, do, no_page, open_tab

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rep() -> Rep:
    publish_small_model()
    return make_rep("ada", team=make_team("North"))


@pytest.fixture
def stranger() -> User:
    """A rep of another team, who is given nothing."""
    return make_rep("ben", team=make_team("South"), available=False).user


@asynccontextmanager
async def server() -> AsyncIterator[Live]:
    """One server process."""
    live = Live(no_page)
    try:
        yield live
    finally:
        if live._hub:
            live._hub.close()


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(story(), 60)

    asyncio.run(bounded())


def test_a_new_mql_reaches_its_owner_and_rings_the_bell(rep: Rep) -> None:
    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as tab:
            mql = await do(make_mql)

            assert await tab.hears() == {"changed": [mql.pk], "gone": [], "bell": True, "all": False}

    run(story)


def test_an_mql_of_another_team_is_not_heard_of(rep: Rep, stranger: User) -> None:
    async def story() -> None:
        async with server() as live, open_tab(live, stranger) as tab:
            await do(make_mql)

            assert await tab.hears_nothing()

    run(story)


@pytest.mark.parametrize("columns", [{"is_staff": True}, {"is_staff": True, "is_superuser": True}])
def test_who_reads_everything_hears_everything(rep: Rep, columns: dict[str, bool]) -> None:
    reader = make_user("cleo", **columns)

    async def story() -> None:
        async with server() as live, open_tab(live, reader) as tab:
            mql = await do(make_mql)

            assert (await tab.hears())["changed"] == [mql.pk]

    run(story)


def test_who_loses_an_mql_to_another_team_learns_that_it_is_gone(rep: Rep, stranger: User) -> None:
    mql = make_mql()
    boss = make_user("boss", is_superuser=True)

    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as mine, open_tab(live, stranger) as theirs:
            await do(lambda: assign(mql, stranger, by=boss, at=NOW))

            assert (await mine.hears())["gone"] == [mql.pk]
            heard = await theirs.hears()
            assert (heard["changed"], heard["gone"], heard["bell"]) == ([mql.pk], [], True)

    run(story)


def test_a_change_reaches_the_tabs_of_every_server_process(rep: Rep) -> None:
    mql = make_mql()

    async def story() -> None:
        async with (
            server() as one,
            server() as other,
            open_tab(one, rep.user) as here,
            open_tab(other, rep.user) as there,
        ):
            await do(lambda: accept(mql, by=rep.user, at=NOW))

            assert (await here.hears())["changed"] == (await there.hears())["changed"] == [mql.pk]

    run(story)


def test_of_more_than_a_payload_holds_it_is_told_that_there_are_some(rep: Rep) -> None:
    def change_many() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT leads_say('changed', (SELECT jsonb_agg(jsonb_build_array(n, n))"
                " FROM generate_series(1, 2000) n))"
            )

    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as tab:
            await do(change_many)

            assert (await tab.hears())["all"]

    run(story)


def test_a_listening_connection_that_dies_is_made_anew_and_what_was_missed_is_caught_up_on(rep: Rep) -> None:
    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%%' AND pid <> pg_backend_pid()"
            )

    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as tab:
            await do(kill)

            assert (await tab.hears())["all"]
            mql = await do(make_mql)
            assert (await tab.hears())["changed"] == [mql.pk]

    run(story)


def test_a_tab_that_comes_back_is_told_what_it_missed(rep: Rep) -> None:
    async def story() -> None:
        async with server() as live:
            async with open_tab(live, rep.user) as tab:
                left_at = tab.position
            async with open_tab(live, rep.user) as other:
                mql = await do(make_mql)
                await other.hears()

            async with open_tab(live, rep.user, last=left_at) as tab:
                assert (await tab.hears())["changed"] == [mql.pk]

    run(story)


def test_a_tab_that_comes_back_to_another_process_looks_at_everything_anew(rep: Rep) -> None:
    async def story() -> None:
        async with server() as live, open_tab(live, rep.user, last="ffffffff-7") as tab:
            assert (await tab.hears())["all"]

    run(story)


def test_polling_tells_the_same(rep: Rep, stranger: User) -> None:
    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as tab:
            before = tab.position
            mql = await do(make_mql)
            await tab.hears()

            mine = await asks(live, await cookies_of(rep.user), query=f"poll=1&after={before}")
            theirs = await asks(live, await cookies_of(stranger), query=f"poll=1&after={before}")

            assert f'"changed": [{mql.pk}]'.encode() in mine.body
            assert b'"changed": [], "gone": [], "bell": false' in theirs.body

    run(story)


def test_nobody_hears_anything_without_signing_in() -> None:
    async def story() -> None:
        async with server() as live:
            tab = await asks(live, "sessionid=made-up")

            assert (tab.status, tab.body) == (403, b"{}")

    run(story)


def test_a_tab_holds_no_connection_to_the_database(rep: Rep) -> None:
    def connected() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    async def story() -> None:
        async with server() as live, open_tab(live, rep.user):
            with_one = await do(connected)
            async with open_tab(live, rep.user), open_tab(live, rep.user), open_tab(live, rep.user):
                assert await do(connected) == with_one

    run(story)


def test_tabs_end_when_the_server_leaves(rep: Rep) -> None:
    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as tab:
            assert live._hub
            live._hub.close()
            await asyncio.wait_for(tab.ended.wait(), SECONDS)

    run(story)


def test_whoever_changes_teams_hears_of_what_they_now_see(rep: Rep, stranger: User) -> None:
    async def story() -> None:
        async with server() as live, open_tab(live, stranger) as tab:
            await do(lambda: Rep.objects.filter(user=stranger).update(team=rep.team))
            mql = await do(make_mql)

            assert (await tab.hears())["changed"] == [mql.pk]

    run(story)


def test_what_is_rolled_back_is_never_told(rep: Rep) -> None:
    mql = make_mql()

    def change_and_fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; UPDATE leads_mql SET first_touched_at = now(); ROLLBACK")

    async def story() -> None:
        async with server() as live, open_tab(live, rep.user) as tab:
            await do(change_and_fail)

            assert await tab.hears_nothing()
            assert await do(lambda: Mql.objects.get(pk=mql.pk).first_touched_at) is None

    run(story)
