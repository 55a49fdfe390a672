"""Tokens, users and lists of them as Python objects."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import pytest

from netbird_tokens import Client, CreatedToken, InvalidArgumentError, Token, TokenList, User, UserList
from netbird_tokens.testing import MockNetBird

CREATED = datetime(2026, 11, 22, 14, 2, 53, 235299, tzinfo=timezone.utc)
EXPIRES = CREATED + timedelta(days=30)


@pytest.fixture
def token(netbird_mock: MockNetBird, netbird_client: Client) -> Token:
    netbird_mock.add_token("ci 'quoted'", id="ch8i54g6lnn4g9hqv7n0", created_at=CREATED, expiration_date=EXPIRES)
    return netbird_client.get_token("ch8i54g6lnn4g9hqv7n0")


@pytest.fixture
def tokens(netbird_mock: MockNetBird, netbird_client: Client) -> TokenList:
    for number in range(9):
        netbird_mock.add_token(f"t{number}")
    return netbird_client.list_tokens()


def test_a_token_tells_what_the_server_does(token: Token) -> None:
    assert (token.id, token.name, token.created_by, token.user_id) == (
        "ch8i54g6lnn4g9hqv7n0",
        "ci 'quoted'",
        "owner",
        "owner",
    )
    assert (token.created_at, token.expiration_date, token.last_used) == (CREATED, EXPIRES, None)
    assert token.created_at.tzinfo is timezone.utc
    assert token.created_at.microsecond == 235299


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2023-05-04T12:45:25.9723616Z", datetime(2023, 5, 4, 12, 45, 25, 972361, tzinfo=timezone.utc)),
        ("2023-05-04T12:45:25.999999999+02:00", datetime(2023, 5, 4, 10, 45, 25, 999999, tzinfo=timezone.utc)),
        ("1969-12-31T23:59:59.9999999Z", datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=timezone.utc)),
        ("9999-12-30T00:00:01Z", datetime(9999, 12, 30, 0, 0, 1, tzinfo=timezone.utc)),
        ("9999-12-31T23:59:59.999999999Z", datetime.max.replace(tzinfo=timezone.utc)),
        ("9999-12-31T23:59:59+01:00", datetime(9999, 12, 31, 22, 59, 59, tzinfo=timezone.utc)),
        # Outside the years that a datetime holds.
        ("9999-12-31T23:59:59-01:00", datetime.max.replace(tzinfo=timezone.utc)),
        ("0001-01-01T00:00:00+01:00", datetime.min.replace(tzinfo=timezone.utc)),
        ("0000-01-01T00:00:00Z", datetime.min.replace(tzinfo=timezone.utc)),
    ],
)
def test_times_are_cut_down_to_microseconds(
    netbird_mock: MockNetBird, netbird_client: Client, raw: str, expected: datetime
) -> None:
    seeded = netbird_mock.add_token(raw={"created_at": raw})
    assert netbird_client.get_token(seeded.token_id).created_at == expected


def test_expiry_takes_an_aware_datetime_of_any_zone(token: Token) -> None:
    berlin = timezone(timedelta(hours=1))
    assert not token.is_expired(EXPIRES.astimezone(berlin))
    assert token.is_expired(EXPIRES.astimezone(berlin) + timedelta(microseconds=1))
    assert token.days_left(CREATED) == 30
    assert token.days_left(now=CREATED + timedelta(microseconds=1)) == 29
    assert token.days_left(EXPIRES + timedelta(seconds=1)) == -1


def test_expiry_at_the_ends_of_time(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    seeded = netbird_mock.add_token(raw={"expiration_date": "9999-12-31T23:59:59-23:00"})
    token = netbird_client.get_token(seeded.token_id)
    last = datetime.max.replace(tzinfo=timezone(timedelta(hours=-23)))
    first = datetime.min.replace(tzinfo=timezone(timedelta(hours=23)))
    assert token.is_expired(last)
    assert not token.is_expired(datetime.max.replace(tzinfo=timezone.utc))
    assert not token.is_expired(first)
    assert token.days_left(last) == -1
    assert token.days_left(first) == 3_652_059 + 1


def test_expiry_without_a_time_means_now(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    now = datetime.now(timezone.utc)
    lives = netbird_mock.add_token(expiration_date=now + timedelta(days=5, minutes=5))
    ended = netbird_mock.add_token(expiration_date=now - timedelta(days=5, minutes=-5))
    assert [netbird_client.get_token(t.token_id).is_expired() for t in (lives, ended)] == [False, True]
    assert [netbird_client.get_token(t.token_id).days_left() for t in (lives, ended)] == [5, -5]


def test_a_naive_datetime_is_refused(token: Token) -> None:
    for ask in (token.is_expired, token.days_left):
        with pytest.raises(InvalidArgumentError, match="now is a datetime without a time zone"):
            ask(datetime(2026, 1, 1))
        with pytest.raises(TypeError, match="now: expected a timezone-aware datetime, not float"):
            ask(1.5)  # type: ignore[arg-type]


def test_nothing_can_be_changed(token: Token, tokens: TokenList, netbird_client: Client) -> None:
    for thing in (token, tokens, netbird_client, netbird_client.current_user()):
        with pytest.raises(AttributeError):
            thing.id = "other"  # type: ignore[union-attr, misc]
        with pytest.raises(AttributeError):
            thing.new = 1  # type: ignore[union-attr]
    with pytest.raises(TypeError):
        tokens[0] = token  # type: ignore[index]


def test_equality_and_hash_are_by_value(netbird_client: Client, token: Token) -> None:
    again = netbird_client.get_token(token.id)
    (other,) = [t for t in netbird_client.list_tokens() if t.id != token.id]
    assert again == token
    assert again is not token
    assert hash(again) == hash(token)
    assert other != token
    assert {again, token, other} == {token, other}
    assert token != token.id
    me = netbird_client.current_user()
    assert me == netbird_client.current_user()
    assert hash(me) == hash(netbird_client.current_user())
    assert me != token


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_results_survive_pickling(
    netbird_mock: MockNetBird, netbird_client: Client, token: Token, tokens: TokenList, protocol: int
) -> None:
    netbird_mock.add_user("bot", is_service_user=True, role="admin", name="Bot")
    precise = netbird_mock.add_token(raw={"created_at": "2026-11-22T14:02:53.123456789Z", "last_used": None})
    used = netbird_mock.add_token(last_used=CREATED)
    things = [
        token,
        netbird_client.get_token(precise.token_id),
        netbird_client.get_token(used.token_id),
        tokens,
        tokens[7:2:-2],
        tokens[:0],
        netbird_client.current_user(),
        netbird_client.list_users(),
    ]
    for thing in things:
        again = pickle.loads(pickle.dumps(thing, protocol))
        assert type(again) is type(thing)
        assert again == thing
        assert repr(again) == repr(thing)
    assert len(pickle.dumps(tokens[:1], protocol)) < len(pickle.dumps(tokens, protocol)) / 2


def test_what_was_not_pickled_by_us_is_refused(token: Token) -> None:
    restore, (state,) = token.__reduce__()
    assert restore(state) == token
    for wrong in (None, (), state[:-1], (*state, 1), (1, *state[1:])):
        with pytest.raises((TypeError, ValueError)):
            restore(wrong)
    with pytest.raises(InvalidArgumentError, match="out of range"):
        restore((*state[:2], (2**62, 0), *state[3:]))


def test_copies_are_the_thing_itself(token: Token, tokens: TokenList) -> None:
    for thing in (token, tokens):
        assert copy.copy(thing) is thing
        assert copy.deepcopy(thing) is thing


def test_repr_shows_the_fields(token: Token, netbird_client: Client) -> None:
    assert repr(token) == (
        """Token(id='ch8i54g6lnn4g9hqv7n0', name="ci 'quoted'", expiration_date='2026-12-22T14:02:53.235299Z', """
        "created_at='2026-11-22T14:02:53.235299Z', created_by='owner', last_used=None, user_id='owner')"
    )
    assert repr(netbird_client.current_user()) == (
        "User(id='owner', name='Owner', email='owner@example.com', role='owner', status='active', is_current=True, "
        "is_service_user=False, is_blocked=False, pending_approval=False, last_login=None)"
    )


def test_pattern_matching(netbird_client: Client, token: Token, tokens: TokenList) -> None:
    match token:
        case Token("ch8i54g6lnn4g9hqv7n0", name, last_used=None):
            assert name == token.name
        case _:
            pytest.fail("a token matches by position and by name")
    match netbird_client.create_token("new"):
        case CreatedToken(Token(name="new"), plain_token):
            assert str(plain_token) == "nbp_****"
        case _:
            pytest.fail("a created token matches its parts")
    match netbird_client.current_user():
        case User(user_id, role="owner"):
            assert user_id == "owner"
        case _:
            pytest.fail("a user matches")
    match tokens:
        case [first, *rest]:
            assert (first, len(rest)) == (tokens[0], len(tokens) - 1)
        case _:
            pytest.fail("a list matches a sequence pattern")


def test_a_list_is_a_sequence(tokens: TokenList) -> None:
    assert isinstance(tokens, Sequence)
    assert len(tokens) == 10
    items = list(tokens)
    assert [tokens[i] for i in range(10)] == items
    assert [tokens[i] for i in range(-10, 0)] == items
    assert list(reversed(tokens)) == items[::-1]
    assert tokens == items
    assert items == tokens
    assert tokens != items[1:]
    assert tokens != tuple(items)
    assert tokens[3] in tokens
    assert "t3" not in tokens
    assert tokens.index(items[4]) == 4
    assert tokens.index(items[4], -7) == 4
    assert tokens.count(items[4]) == 1
    assert tokens.count("t3") == 0
    for wrong in (10, -11, 2**80):
        with pytest.raises(IndexError):
            tokens[wrong]
    for where in ((5,), (0, 4), (-5,)):
        with pytest.raises(ValueError, match="not in this TokenList"):
            tokens.index(items[4], *where)
    with pytest.raises(TypeError):
        tokens["0"]  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        hash(tokens)
    with pytest.raises(TypeError):
        tokens < tokens  # type: ignore[operator]
    iterator = iter(tokens)
    next(iterator)
    assert (iterator.__length_hint__(), len(list(iterator)), list(iterator)) == (9, 9, [])  # type: ignore[attr-defined]


def test_slices_are_those_of_a_list(tokens: TokenList) -> None:
    items = list(tokens)
    bounds = (None, 0, 1, 4, 9, 10, 11, -1, -4, -10, -11)
    steps = (None, 1, 2, 3, -1, -2, -11)
    for start in bounds:
        for stop in bounds:
            for step in steps:
                cut = tokens[start:stop:step]
                assert type(cut) is TokenList
                assert cut == items[start:stop:step]
                assert cut[::-2] == items[start:stop:step][::-2]
    with pytest.raises(ValueError, match="zero"):
        tokens[::0]


def test_a_slice_lives_on_its_own(tokens: TokenList) -> None:
    names = [token.name for token in tokens]
    tail = tokens[-2:]
    del tokens
    assert [token.name for token in tail] == names[-2:]


def test_the_repr_of_a_long_list_is_short(tokens: TokenList, netbird_client: Client) -> None:
    assert repr(tokens).endswith("… 5 more])")
    assert repr(tokens).count("Token(") == 5
    assert repr(tokens[:0]) == "TokenList([])"
    assert repr(netbird_client.list_users()).startswith("UserList([User(id='owner'")


def test_an_empty_list(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    bot = netbird_mock.add_user("bot", is_service_user=True)
    assert netbird_client.list_tokens(bot) == []
    assert not netbird_client.list_tokens(bot)


def test_users(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.add_user("bot", is_service_user=True, role="admin", name="Bot")
    users = netbird_client.list_users()
    assert isinstance(users, UserList)
    bot = next(user for user in users if user.id == "bot")
    assert (bot.name, bot.email, bot.role, bot.status) == ("Bot", "", "admin", "active")
    assert (bot.is_current, bot.is_service_user, bot.is_blocked, bot.pending_approval) == (False, True, False, False)
    assert bot.last_login is None
    assert netbird_client.current_user().is_current


def test_many_tokens_are_not_made_before_they_are_asked_for() -> None:
    number = 20_000
    token = {"name": "x"}
    owner = {"id": "owner", "role": "owner", "tokens": [token] * number}
    with MockNetBird(world={"users": [owner]}) as mock, mock.client() as client:
        tokens = client.list_tokens()
        import gc
        import sys

        assert len(tokens) == number
        before = sys.getallocatedblocks()
        assert len(tokens[5_000:15_000]) == 10_000
        assert sum(1 for token in tokens if token.name == "x") == number
        gc.collect()
        assert sys.getallocatedblocks() - before < 1_000
