"""The command netbird-tokens, also as python -m netbird_tokens."""

from __future__ import annotations

import sys

from ._native import run_command


def main() -> int:
    """Runs the command with the arguments of this process.

    Returns:
        The exit status.
    """
    # How the command starts itself again.
    program = [sys.executable, "-m", "netbird_tokens"]
    return run_command(program, ["netbird-tokens", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
