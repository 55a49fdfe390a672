"""A client that has made calls goes on working in parent and child after a fork, and under multiprocessing."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from netbird_tokens import CancelledError, CancelToken, Client, NetBirdError, NotFoundError
from netbird_tokens.testing import MockNetBird

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

# Handed to forked workers by the fork itself.
inherited: Client | None = None


def count_with_inherited(_: int) -> int:
    assert inherited is not None
    return len(inherited.list_tokens())


def count_with_own(url: str, pat: str) -> int:
    with Client(pat=pat, management_url=url, proxy_from_env=False) as client:
        return len(client.list_tokens())


def same(thing: Any) -> Any:
    return thing


def fail(url: str, pat: str) -> None:
    with Client(pat=pat, management_url=url, proxy_from_env=False) as client:
        client.get_token("nosuchtoken000000000")


def in_child(work: Callable[[], bool]) -> int:
    """Forks, does the work in the child, and gives the child's process id."""
    with warnings.catch_warnings():
        # CPython warns of forking with threads, which is what is tested.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        status = 0 if work() else 2
    finally:
        # Past pytest's own end.
        os._exit(status)


def status_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@needs_fork
def test_fork_from_a_warm_client(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    def works() -> bool:
        made = netbird_client.create_token("from a child").token
        # The other process may have one there at the same time.
        if made not in netbird_client.list_tokens():
            return False
        netbird_client.delete_token(made.id)
        return made not in netbird_client.list_tokens() and netbird_client.current_user().id == "owner"

    assert works()
    for _ in range(5):
        child = in_child(works)
        assert works()
        assert status_of(child) == 0
        assert works()
    assert len(netbird_mock.tokens()) == 1


@needs_fork
def test_fork_of_a_fork(netbird_client: Client) -> None:
    netbird_client.list_tokens()

    def grandchild() -> bool:
        return len(netbird_client.list_tokens()) == 1

    def child() -> bool:
        netbird_client.list_tokens()
        return status_of(in_child(grandchild)) == 0 and grandchild()

    assert status_of(in_child(child)) == 0
    assert grandchild()


@needs_fork
def test_a_child_may_let_go_of_everything(netbird_mock: MockNetBird) -> None:
    client = netbird_mock.client()
    client.list_tokens()
    holder = [client]

    def drop() -> bool:
        # The parent's connections and its mock server are not the child's to end.
        holder.clear()
        netbird_mock.close()
        with MockNetBird() as own, own.client() as mine:
            return len(mine.list_tokens()) == 1

    del client
    child = in_child(drop)
    assert status_of(child) == 0
    assert len(holder[0].list_tokens()) == 1
    holder[0].close()


@needs_fork
def test_fork_while_other_threads_call(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    stop = threading.Event()

    def keep_calling() -> int:
        calls = 0
        while not stop.is_set():
            netbird_client.list_tokens()
            calls += 1
        return calls

    with ThreadPoolExecutor(8) as pool:
        callers = [pool.submit(keep_calling) for _ in range(8)]
        try:
            statuses = [
                status_of(in_child(lambda: all(len(netbird_client.list_tokens()) == 1 for _ in range(3))))
                for _ in range(10)
            ]
        finally:
            stop.set()
        assert all(caller.result() > 0 for caller in callers)
    assert statuses == [0] * 10


@needs_fork
def test_the_child_may_fork_before_the_first_call(netbird_mock: MockNetBird) -> None:
    with netbird_mock.client() as client:
        child = in_child(lambda: len(client.list_tokens()) == 1)
        assert status_of(child) == 0
        assert len(client.list_tokens()) == 1


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_multiprocessing(netbird_mock: MockNetBird, netbird_client: Client, method: str) -> None:
    global inherited
    netbird_client.list_tokens()
    context = multiprocessing.get_context(method)
    inherited = netbird_client
    try:
        with context.Pool(4) as pool:
            own = pool.starmap_async(count_with_own, [(netbird_mock.url, netbird_mock.pat)] * 8)
            assert len(netbird_client.list_tokens()) == 1
            assert own.get(timeout=50) == [1] * 8
            if method == "fork":
                assert pool.map_async(count_with_inherited, range(8)).get(timeout=50) == [1] * 8
    finally:
        inherited = None
    assert len(netbird_client.list_tokens()) == 1


@needs_fork
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS forbids much in a forked child")
def test_ctrl_c_works_in_a_child_forked_from_another_thread(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_client.list_tokens()
    netbird_mock.fault("delay", ms=10_000, times=0)

    def interrupted() -> bool:
        import signal

        signal.signal(signal.SIGINT, signal.default_int_handler)
        # A timer, as a fork has no other threads.
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            netbird_client.list_tokens()
        except KeyboardInterrupt:
            return True
        return False

    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(status_of(in_child(interrupted))))
    thread.start()
    thread.join()
    assert statuses == [0]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_results_and_errors_cross_processes(netbird_mock: MockNetBird, netbird_client: Client, method: str) -> None:
    tokens, users = netbird_client.list_tokens(), netbird_client.list_users()
    things = [tokens, tokens[0], users, users[0], netbird_client.check_credential()]
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert pool.map_async(same, things).get(timeout=50) == things
        with pytest.raises(NotFoundError) as raised:
            pool.apply_async(fail, (netbird_mock.url, netbird_mock.pat)).get(timeout=50)
    assert (raised.value.status, raised.value.attempts, raised.value.token_name) == (404, 1, None)


@needs_fork
def test_a_child_does_not_wait_for_its_parents_creates(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    netbird_mock.fault("hold_answer", method="POST")
    token = CancelToken()
    client = netbird_client.with_cancel(token)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client.create_token, "left")
        while "left" not in [token.name for token in netbird_mock.tokens()]:
            pass
        token.cancel()
        with pytest.raises(CancelledError):
            call.result()
        # False, after 5 seconds, if it waited.
        child = in_child(netbird_client.close)
        assert status_of(child) == 0
    netbird_mock.release_held()
    assert netbird_client.close()
    assert [token.name for token in netbird_mock.tokens()] == ["default"]


@needs_fork
def test_a_rotation_in_parent_and_child(netbird_mock: MockNetBird, netbird_client: Client) -> None:
    def left() -> set[str]:
        return {token.id for token in netbird_mock.tokens()} - {netbird_mock.seeded[0].token_id}

    def commit() -> bool:
        first.commit()
        return True

    old = netbird_mock.add_token("deploy")
    with netbird_client.rotate_token(old.token_id) as first:
        # A child may decide. The parent does not know, and deletes again in vain.
        child = in_child(commit)
        assert status_of(child) == 0
        assert left() == {first.token.id}
    assert left() == {first.token.id}


@needs_fork
def test_a_child_that_leaves_its_parents_rotation(netbird_mock: MockNetBird, run_script: Callable[..., Any]) -> None:
    """It neither commits nor aborts it, and does not say that it is open."""
    old = netbird_mock.add_token("deploy")
    script = """
import logging, os, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)
logging.basicConfig(stream=sys.stdout)
from netbird_tokens import Client
client = Client(management_url=sys.argv[1], pat=sys.argv[2], proxy_from_env=False)
with client.rotate_token(sys.argv[3]) as rotation:
    pid = os.fork()
    if not pid:
        sys.exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert {token.id for token in client.list_tokens()} > {sys.argv[3], rotation.token.id}
print(rotation.record()["stage"])
"""
    done = run_script(script, netbird_mock.url, netbird_mock.pat, old.token_id)
    assert (done.stdout, done.stderr) == ("committed\n", "")


@needs_fork
def test_an_audit_in_a_child(netbird_client: Client) -> None:
    audit = netbird_client.audit_tokens()

    def refused() -> bool:
        try:
            list(audit)
        except NetBirdError:
            # The parent's goes on there; the child can have its own.
            return len(list(netbird_client.audit_tokens())) == 1
        return False

    child = in_child(refused)
    assert status_of(child) == 0
    assert len(list(audit)) == 1
