"""Installs the package as a user would, into a fresh virtual environment: target/venvs/adapter."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "target" / "venvs" / "adapter"


def main() -> None:
    venv.EnvBuilder(clear=True, with_pip=True).create(FOLDER)
    pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT / "python")], check=True)


if __name__ == "__main__":
    main()
