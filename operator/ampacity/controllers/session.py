"""A session to the API server for kopf, with the same credentials as our own client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import aiohttp
import kopf
from aiohttp.client_middlewares import ClientHandlerType

from ampacity.cluster.access import Access
from ampacity.controllers.handlers import NewSession

_REFUSED = 1.0


def session_maker(access: Access, loop: asyncio.AbstractEventLoop) -> NewSession:
    """Makes sessions in another thread's event loop; `loop` is where the credentials live."""

    async def authorize(
        on_call: Callable[[], None], request: aiohttp.ClientRequest, handler: ClientHandlerType
    ) -> aiohttp.ClientResponse:
        on_call()
        asked = asyncio.run_coroutine_threadsafe(access.credentials.token(), loop)
        token = await asyncio.wrap_future(asked)
        if token:
            request.headers["Authorization"] = f"Bearer {token}"
        response = await handler(request)
        if response.status == 401:
            loop.call_soon_threadsafe(access.credentials.refused)
            await asyncio.sleep(_REFUSED)  # kopf asks for another session, and tries again at once
        return response

    def new_session(on_call: Callable[[], None]) -> kopf.AiohttpSession:
        tls = True if access.tls is None else access.tls
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=tls),
            middlewares=(partial(authorize, on_call),),
            proxy=access.proxy,
        )
        return kopf.AiohttpSession(server=access.server, aiohttp_session=session)

    return new_session
