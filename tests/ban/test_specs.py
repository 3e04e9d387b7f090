import pytest
from ban.found import BAN

from dev_mcp_ban.specs import Ban, words


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("chrome-devtools-mcp", "chrome-devtools-mcp"),
        ("chrome-devtools-mcp@latest", "chrome-devtools-mcp"),
        ("chrome-devtools-mcp@^1.2.0-beta.1", "chrome-devtools-mcp"),
        ("chrome-devtools-mcp/build/x.js", "chrome-devtools-mcp"),
        ("npm:chrome-devtools-mcp@1", "chrome-devtools-mcp"),
        ("npm:chrome-devtools-mcp@1/build/x.js", "chrome-devtools-mcp"),
        ("Chrome-DevTools-MCP", "chrome-devtools-mcp"),
        ("@shopify/dev-mcp", "@shopify/dev-mcp"),
        ("@shopify/dev-mcp@1.0.0/dist", "@shopify/dev-mcp"),
        ("@upstash/context7-mcp@latest", "@upstash/context7-mcp"),
        ("context7-mcp==1.0", "context7-mcp"),
        ("context7-mcp[cli]", "context7-mcp"),
        ("@mcp-b/chrome-devtools-mcp", "@mcp-b/chrome-devtools-mcp"),
        ("chrome-devtools-mcp-mux", "chrome-devtools-mcp-mux"),
        ("mcp-dev", "mcp-dev"),
        ("dev.mcp", "dev.mcp"),
        ("mcp_developer", "mcp_developer"),
        ("@acme/mcp-development-kit", "@acme/mcp-development-kit"),
        ("@devtools/mcp", "@devtools/mcp"),
        ("devMcpServer", "devmcpserver"),
        ("jsr:@acme/dev-mcp", "@acme/dev-mcp"),
    ],
)
def test_a_banned_specifier_names_its_package(text, package):
    assert BAN.spec(text) == package


@pytest.mark.parametrize(
    "text",
    [
        "./dev-mcp", "../mcp-dev/x", "/opt/dev-mcp", "@/lib/dev-mcp", "~/dev-mcp", "#dev-mcp", "$lib/dev-mcp", "node:dev-mcp",
        "https://mcp.sentry.dev/mcp", "mcp.sentry.dev", "hotdash-mcp.fly.dev", "appendEvidence", "@continuedev/x/mcp", "devicemcp",
        "device-mcp", "@azure-devops/mcp", "mcp", "dev", "mcp/dev", "dev-mcp.js", "mcp-dev.json", "", "a b", "dev mcp", "mcps-dev", "developing-mcp",
        "C:\\dev-mcp", "@dev-mcp", "x" * 400, "dev-mcp" + "x" * 400,
    ],
)  # fmt: skip
def test_everything_else_names_no_banned_package(text):
    assert BAN.spec(text) is None


def test_listed_names_and_names_by_words_are_told_apart():
    assert BAN.listed("chrome-devtools-mcp@1") == "chrome-devtools-mcp"
    assert BAN.by_words("chrome-devtools-mcp@1") is None
    assert BAN.listed("mcp-dev") is None
    assert BAN.by_words("mcp-dev") == "mcp-dev"


def test_a_pattern_is_about_words_in_its_order():
    ban = Ban([], ["foo*bar", "one*two*three", "solo"])
    assert ban.spec("foo-x-bar") == "foo-x-bar"
    assert ban.spec("bar-foo") is None
    assert ban.spec("foobar") is None
    assert ban.spec("@one/two-three") == "@one/two-three"
    assert ban.spec("a-solo") == "a-solo"


def test_python_modules_are_named_with_underscores():
    assert BAN.module("chrome_devtools_mcp.client") == "chrome-devtools-mcp"
    assert BAN.module("dev_mcp_tools") == "dev_mcp_tools"
    assert BAN.module("mcp.server.dev") is None


def test_words_end_at_signs_and_at_capitals():
    assert words("@Acme/devMCPBan2_x") == ["acme", "dev", "mcp", "ban2", "x"] or words("devMCPBan") == [
        "dev",
        "mcp",
        "ban",
    ]
