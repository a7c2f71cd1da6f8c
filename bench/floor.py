"""The floor: an aiohttp handler that reads a JSON body and answers. What any road must cost at least.

python -m bench.floor PORT
"""

from __future__ import annotations

import sys

import msgspec
import uvloop
from aiohttp import web


async def handle(request: web.Request) -> web.Response:
    msgspec.json.decode(await request.read())
    return web.json_response({"ok": True})


def main() -> None:
    uvloop.install()
    app = web.Application()
    app.router.add_post("/webhook", handle)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
