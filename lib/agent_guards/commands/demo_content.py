"""What stands in the demonstration's repository: a small shop, an honest change and a careless one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A change as an agent hands it in."""

    title: str
    branch: str
    author: str
    describe: Callable[[datetime], str]
    contents: Callable[[datetime], Mapping[str, str]]


def start(now: datetime) -> dict[str, str]:
    """What the shop was before: a cart, and the evidence of how it was made."""
    yesterday = now - timedelta(days=1)
    calls = [
        ("context7", "/remix-run/remix", "Look up how loaders return data"),
        ("shopify-dev", "https://shopify.dev/docs/api", "Check the cart mutation's fields"),
    ]
    return {
        "README.md": "# A small shop\n",
        "app/cart.ts": "export const total = (prices: number[]) => prices.reduce((sum, price) => sum + price, 0);\n",
        _evidence("nora", yesterday, "cart"): _recorded("cart", yesterday - timedelta(hours=2), calls),
    }


def _free_shipping(now: datetime) -> dict[str, str]:
    calls = [
        ("context7", "/shopify/hydrogen", "Find the documented way to read the cart's subtotal"),
        (
            "shopify-dev",
            "https://shopify.dev/docs/api/storefront/latest/objects/Cart",
            "Confirm the subtotal's currency",
        ),
        ("context7", "/shopify/hydrogen", "Check how delivery groups are priced"),
    ]
    return {
        "app/shipping.ts": "export const shipping = (subtotal: number) => (subtotal >= 50 ? 0 : 4.9);\n",
        _evidence("nora", now, "shipping"): _recorded("shipping", now - timedelta(minutes=30), calls),
        _heartbeat("nora", now): _beats("SHOP-7", now - timedelta(minutes=36), count=8, last="done"),
    }


def _describe_free_shipping(now: datetime) -> str:
    return f"""\
Shipping is free from 50 euros on.

## MCP Evidence
- `{_evidence("nora", now, "shipping")}` (3 calls)

## Heartbeat
- `{_heartbeat("nora", now)}`

## Dev MCP Check
- [x] Verified: No dev MCP imports in app/
"""


def _discount(now: datetime) -> dict[str, str]:
    """Every line has the fault that an agent in a hurry leaves: invented, edited, copied, half written; then it fell silent."""
    made = (now - timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    good = {"tool": "context7", "doc_ref": "/shopify/functions", "request_id": "rio-1", "timestamp": made}
    lines = [
        json.dumps(good | {"purpose": "Find how discounts stack"}),
        json.dumps(good | {"purpose": "Find how discounts stack, again"}),
        json.dumps(good | {"request_id": "rio-2", "timestamp": "2031-02-30T10:00:00Z", "purpose": ""}),
        "{'tool': 'context7', 'request_id': 'rio-3'}",
    ]
    yesterday = now - timedelta(days=1)
    before = start(now)[_evidence("nora", yesterday, "cart")]
    return {
        "app/discount.ts": (
            'import { inspect } from "../scripts/inspect";\n\n'
            "export const discount = (total: number) => inspect(total * 0.5);\n"
        ),
        "scripts/inspect.ts": (
            'import { client } from "@shopify/dev-mcp";\n\nexport const inspect = <T>(value: T): T => client.show(value);\n'
        ),
        _evidence("rio", now, "discount"): "\n".join(lines) + "\n",
        _heartbeat("rio", now): _beats("SHOP-8", now - timedelta(minutes=190), count=20, last="doing"),
        _evidence("nora", yesterday, "cart"): before.replace("Check the cart mutation's fields", "Check discounts"),
    }


def _describe_discount(now: datetime) -> str:
    return f"""\
Half price for everybody!

## MCP Evidence
- {_evidence("rio", now, "discount")}
- artifacts/rio/2026-13-40/mcp/pricing.jsonl
- No MCP usage - non-code change

## Heartbeat
- <2h single session

## Dev MCP Check
- [x] Verified: No dev MCP imports in app/
"""


def _heartbeat(agent: str, day: datetime) -> str:
    return f"artifacts/{agent}/{day:%Y-%m-%d}/heartbeat.ndjson"


def _beats(task: str, first: datetime, *, count: int, last: str) -> str:
    """A beat every five minutes, and one that says how it ended."""
    lines = []
    for number in range(count):
        moment = (first + timedelta(minutes=5 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        status = last if number == count - 1 else "doing"
        lines.append(json.dumps({"timestamp": moment, "task": task, "status": status}))
    return "".join(line + "\n" for line in lines)


def _evidence(agent: str, day: datetime, name: str) -> str:
    return f"artifacts/{agent}/{day:%Y-%m-%d}/mcp/{name}.jsonl"


def _recorded(session: str, first: datetime, calls: list[tuple[str, str, str]]) -> str:
    """The lines that a recorder would write: each holds the digest of the one before it."""
    lines: list[str] = []
    for seq, (tool, doc_ref, purpose) in enumerate(calls):
        moment = first + timedelta(minutes=4 * seq)
        line = {
            "tool": tool,
            "doc_ref": doc_ref,
            "request_id": f"{session}-{seq + 1}",
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "purpose": purpose,
            "x_recorder": {
                "name": "agent-guards",
                "version": "0.1.0",
                "basis": "recorded",
                "session": session,
                "seq": seq,
                "prev": sha256(lines[-1].encode()).hexdigest() if lines else "0" * 64,
                "outcome": "ok",
            },
        }
        lines.append(json.dumps(line))
    return "".join(line + "\n" for line in lines)


GOOD = PullRequest(
    title="Free shipping from 50 euros on",
    branch="free-shipping",
    author="nora-agent",
    describe=_describe_free_shipping,
    contents=_free_shipping,
)
BAD = PullRequest(
    title="Half price for everybody",
    branch="rush-discount",
    author="rio-agent",
    describe=_describe_discount,
    contents=_discount,
)
