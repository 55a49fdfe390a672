"""Measures the package beside http.client, PyPI's netbird, httpx and requests, and prints rows of JSON.

The benchmark runner starts it with NETBIRD_BENCH_URL, NETBIRD_BENCH_PAT, NETBIRD_BENCH_USER (whose list has 10 tokens),
NETBIRD_BENCH_LARGE_USER (100 000) and NETBIRD_BENCH_QUICK in the environment, pinned to one core where it can. Every
measurement has a process of its own. Clients that are not installed are left out:

    pip install netbird httpx requests
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any

# The clients, each with the module that must be installed for it.
CLIENTS = {
    "ours": "netbird_tokens",
    "http.client+json": "http.client",
    "netbird (PyPI)": "netbird",
    "httpx": "httpx",
    "requests": "requests",
}
# Those that also turn the answer into objects or dicts.
LARGE = ("ours", "ours, every field read", "netbird (PyPI)")
THREADS = 16

Call = Callable[[str], Any]


def make(name: str) -> Call:
    """A call that lists a user's tokens, over connections that stay open."""
    url, pat = os.environ["NETBIRD_BENCH_URL"], os.environ["NETBIRD_BENCH_PAT"]
    headers = {"Authorization": f"Token {pat}", "Accept": "application/json"}
    if name.startswith("ours"):
        from netbird_tokens import Client

        return Client(pat=pat, management_url=url, proxy_from_env=False).list_tokens
    if name == "http.client+json":
        from http.client import HTTPConnection

        connection = HTTPConnection(url.removeprefix("http://"))

        def plain(user: str) -> Any:
            connection.request("GET", f"/api/users/{user}/tokens", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(answer.status)
            return json.loads(body)

        return plain
    if name == "netbird (PyPI)":
        from netbird import APIClient

        return APIClient(host=url, api_token=pat).tokens.list
    if name == "httpx":
        import httpx

        client = httpx.Client(headers=headers, trust_env=False)

        def with_httpx(user: str) -> Any:
            return client.get(f"{url}/api/users/{user}/tokens").raise_for_status().json()

        return with_httpx
    import requests

    session = requests.Session()
    session.trust_env = False
    session.headers.update(headers)

    def with_requests(user: str) -> Any:
        answer = session.get(f"{url}/api/users/{user}/tokens")
        answer.raise_for_status()
        return answer.json()

    return with_requests


def latency(name: str, calls: int) -> dict[str, float]:
    call, user = make(name), os.environ["NETBIRD_BENCH_USER"]
    for _ in range(calls // 10):
        assert len(call(user)) == 10
    times = []
    cpu = time.process_time()
    for _ in range(calls):
        began = time.perf_counter_ns()
        call(user)
        times.append(time.perf_counter_ns() - began)
    cpu = time.process_time() - cpu
    times.sort()
    return {
        "p50_us": times[calls // 2] / 1e3,
        "p99_us": times[calls * 99 // 100] / 1e3,
        "cpu_us": cpu / calls * 1e6,
    }


def threads(name: str, calls: int) -> dict[str, float]:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    user = os.environ["NETBIRD_BENCH_USER"]
    shared = make(name) if name.startswith("ours") or name in ("netbird (PyPI)", "httpx") else None
    each = calls // THREADS

    def work(_: int) -> None:
        # Neither http.client's connections nor requests' sessions are for more than one thread.
        call = shared or make(name)
        for _ in range(each):
            call(user)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
        began, cpu = time.perf_counter(), time.process_time()
        list(pool.map(work, range(THREADS)))
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"calls_per_s": each * THREADS / took, "cpu_us": cpu / (each * THREADS) * 1e6}


def peak() -> float:
    """The most memory that this process has had, in MiB."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def large(name: str, calls: int) -> dict[str, float]:
    call, user = make(name), os.environ["NETBIRD_BENCH_LARGE_USER"]
    call(os.environ["NETBIRD_BENCH_USER"])
    before = peak()
    began, cpu = time.perf_counter(), time.process_time()
    tokens = call(user)
    answered = time.perf_counter()
    if name == "ours":
        # Every one as a Python object of its own, all alive at once.
        tokens = list(tokens)
    elif name.startswith("ours"):
        for t in tokens:
            t.id, t.name, t.created_by, t.created_at, t.expiration_date, t.last_used, t.user_id  # noqa: B018
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert len(tokens) == 100_000
    return {
        "ms": took * 1e3,
        "cpu_ms": cpu * 1e3,
        "call_ms": (answered - began) * 1e3,
        "peak_mib": peak(),
        "grew_mib": peak() - before,
    }


def imports(name: str, calls: int) -> dict[str, float]:
    module = CLIENTS[name]
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stderr.splitlines()
    # Its parents are imported first, so the last line of that name is the whole.
    (line, *_) = [line for line in reversed(shown) if line.rsplit("|", 1)[-1].strip() == module]
    return {"import_ms": int(line.split("|")[1]) / 1e3}


CASES = {"latency": latency, "threads": threads, "large": large, "imports": imports}


def measure(case: str, names: list[str], rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """Each client once a round, in turning order, so that a slow spell hits them all; medians over the rounds."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            command = [sys.executable, __file__, case, name, str(calls)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            seen[name].append(json.loads(done.stdout))
    return {
        name: {figure: round(statistics.median(row[figure] for row in rows), 2) for figure in rows[0]}
        for name, rows in seen.items()
    }


def main() -> None:
    quick = bool(os.environ.get("NETBIRD_BENCH_QUICK"))
    rounds = 1 if quick else 5
    here = [name for name, module in CLIENTS.items() if find_spec(module.split(".")[0])]
    rows: list[dict[str, Any]] = []
    for case, title, names, calls in (
        ("latency", "list of 10", here, 200 if quick else 3_000),
        ("threads", f"list of 10, {THREADS} threads", here, 320 if quick else 4_800),
        ("large", "list of 100 000", [name for name in LARGE if name.startswith("ours") or name in here], 1),
        ("imports", "import", here, 1),
    ):
        for name, figures in measure(case, names, rounds, calls).items():
            rows.append({"row": f"{name}: {title}", **figures})
    from netbird_tokens import _native

    rows.append({"row": "ours: module", "bytes": os.path.getsize(_native.__file__)})
    print(json.dumps(rows))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print(json.dumps(CASES[sys.argv[1]](sys.argv[2], int(sys.argv[3]))))
    else:
        main()
