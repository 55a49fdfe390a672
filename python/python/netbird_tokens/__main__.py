"""The command netbird-tokens, also as python -m netbird_tokens."""

from __future__ import annotations

import sys

from ._native import run_command


def main() -> int:
    """Runs the command with the arguments of this process and returns its exit status."""
    # How the command starts itself again, for what it shows by running it.
    program = [sys.executable, "-m", "netbird_tokens"]
    return run_command(program, ["netbird-tokens", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
