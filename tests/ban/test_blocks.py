import pytest
from ban.found import BAN, found

from dev_mcp_ban.blocks import scripts
from dev_mcp_ban.scan import scan

X = "chrome-devtools-mcp"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (
            "a.vue",
            f"<template>\n<p>{X}</p></template>\n<script setup lang=\"ts\">\nimport x from '{X}'\nconst y = <T>x\n</script>",
            4,
        ),
        ("a.vue", f"<script>export default {{}}</script>\n<script setup>\nimport x from '{X}'</script>", 3),
        ("a.vue", f"<script lang=ts generic=\"T extends Map<string, X>\">\nimport x from '{X}'", 2),
        ("a.svelte", f"<script context='module' lang='ts'>\nimport x from '{X}'</script>\n<p>'{X}'</p>", 2),
        ("a.vue", f"<!-- <script>import '{X}'</script> -->\n<script>import '{X}'</script>", 2),
        ("a.vue", f"<!-- x --><SCRIPT LANG='tsx'>\nimport '{X}'</SCRIPT >", 2),
        ("a.vue", f"<!-- <script>\nimport '{X}'</script>", 2),
        ("a.astro", f"---\nimport x from '{X}'\n---\n<p>import '{X}'</p>", 2),
        ("a.astro", f"---\r\nconst a = 1\r\n---\r\n<script>\r\nimport '{X}'\r\n</script>", 5),
    ],
)
def test_scripts_are_cut_out_with_their_lines(path, text, line):
    assert found(text, path) == [("import", X, line)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.vue", f"<template><p title='{X}'>npx {X}</p></template>"), ("a.vue", f"<script lang='pug'>import '{X}'</script>"),
        ("a.vue", f"<style>import '{X}'</style>"), ("a.astro", f"<p>---\nimport '{X}'\n---</p>"), ("a.vue", f"<script type='x\nimport '{X}'"),
        ("a.vue", f"<scripted>import '{X}'</scripted>"), ("a.vue", f"<script {'a ' * 2000}>import '{X}'</script>"),
    ],
)  # fmt: skip
def test_the_rest_of_a_page_is_no_script(path, text):
    assert found(text, path) == []


def test_two_scripts_of_one_grammar_are_kept_apart():
    ((code, grammar),) = scripts("a.vue", b"<script>let a = 1</script><script>(2)</script>")
    assert grammar == "tsx"
    assert b"let a = 1;" in code
    assert len(code.rstrip()) <= len(b"<script>let a = 1</script><script>(2)</script>")


def test_more_scripts_than_anyone_writes_end():
    assert len(scan("a.vue", b"<script>import 'chrome-devtools-mcp'</script>\n" * 1500, BAN).hits) == 1000


CONFIG = f"{{ mcpServers: {{ a: {{ command: 'npx', args: ['-y', '{X}'] }} }} }}"


@pytest.mark.parametrize(
    ("path", "markup", "hit"),
    [
        ("a.vue", "<template><code>{{ line }}</code></template>", False),
        ("a.vue", "<template><Code :text='line' /></template>", False),
        ("a.vue", '<template><p v-text="line"/></template>', False),
        ("a.vue", '<template><p @click="line"/></template>', True),
        ("a.vue", '<template><p @click="start(line)">{{ line }}</p></template>', True),
        ("a.vue", '<template><p v-if="line && go">{{ line }}</p></template>', True),
        ("a.vue", "<template><code>{{ other }}</code></template>", True),
        ("a.svelte", "<pre>{line}</pre>", False),
        ("a.svelte", "<Code text={line} />", False),
        ("a.svelte", "<b onclick={() => start(line)}>{line}</b>", True),
        ("a.svelte", "<b onclick={() => { start(line) }}>{line}</b>", True),
        ("a.svelte", "<b on:click='line'>{line}</b>", True),
    ],
)
def test_what_only_the_markup_shows_starts_nothing(path, markup, hit):
    for value in (f"'npx -y {X}'", CONFIG):
        for code in (
            f"<script>\nconst line = {value};\n</script>\n{markup}",
            f"{markup}\n<script>const line = {value};</script>",
        ):
            assert bool(found(code, path)) is hit, code
        started = f"<script>\nconst line = {value}; connect(line.a, line);\nspawn(line);</script>\n{markup}"
        assert found(started, path)


def test_markup_of_astro_shows_what_its_front_matter_has():
    code = f"---\nconst config = {CONFIG};\nconst line = 'npx -y {X}';\n---\n<Code code={{config.mcpServers}} />\n<p>{{line}}</p>\n"
    assert found(code, "a.astro") == []
    assert found(code.replace("{line}", "{run(line)}"), "a.astro") == [("launch", X, 3)]
    assert found(code, "a.ts") != []
