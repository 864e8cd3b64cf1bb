"""`python -m tests.benchmarks.feed --port 8001`: the server alone, for whoever wants to look at it."""

from __future__ import annotations

import argparse

from aiohttp import web

from tests.benchmarks.feed.server import application


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("port", 8001), ("nodes", 10_000), ("pods", 100_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    app = application(chosen.nodes, chosen.pods)
    web.run_app(app, host="127.0.0.1", port=chosen.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
