"""A real MCP server, made with the `mcp` package, for the proxy to stand before."""

import asyncio
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from pydantic import BaseModel

server = MCPServer("shop", log_level="CRITICAL")


class Size(BaseModel):
    """What the user is asked for."""

    size: int


async def ask() -> Elicit[Size]:
    return Elicit("Which size?", Size)


@server.tool()
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@server.tool()
def fail() -> str:
    """Fail."""
    raise ToolError("no such order")


@server.tool()
async def slow(seconds: float) -> str:
    """Take a while."""
    await asyncio.sleep(seconds)
    return "slept"


@server.tool()
def text(size: int) -> str:
    """Answer at length."""
    return "x" * size


@server.tool()
async def order(size: Annotated[Size, Resolve(ask)]) -> int:
    """Ask for the size first."""
    return size.size


if __name__ == "__main__":
    server.run(transport="stdio")
