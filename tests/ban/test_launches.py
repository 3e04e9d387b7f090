import pytest
from ban.found import found, kinds

X = "chrome-devtools-mcp"
W = "@acme/mcp-dev"


@pytest.mark.parametrize("package", [X, f"{X}@latest", W, f"{W}@1.2"])
@pytest.mark.parametrize(
    "code",
    [
        "spawn('npx', ['-y', 'PKG']);",
        "spawn('npx', ['PKG', '--headless'], { stdio: 'pipe' });",
        "cp.spawn(`npx`, [`PKG`]);",
        "child_process.execFile('bunx', ['PKG'], done);",
        "execa('pnpm', ['dlx', 'PKG']);",
        "crossSpawn('yarn', ['dlx', 'PKG']);",
        "spawn('npm', ['exec', '--', 'PKG']);",
        "spawn('npx', ['--package', 'PKG', 'run-it']);",
        "spawn('npx', ['--package=PKG', 'run-it']);",
        "spawn('PKG', ['--stdio']);",
        "exec('npx -y PKG --headless');",
        "execSync(`npx -y PKG --port ${port}`);",
        "const run = promisify(exec); await run('npx -y PKG');",
        "await execAsync('cd x && npx PKG');",
        "$`bunx PKG --headless`;",
        "Bun.$`npx PKG`;",
        "Bun.spawn(['npx', '-y', 'PKG']);",
        "new Deno.Command('npx', { args: ['-y', 'PKG'] });",
        "execa.command('npx PKG');",
        "execaCommand('FOO=1 npx PKG');",
        "spawn('cmd', ['/c', 'npx', '-y', 'PKG']);",
        "spawn('bash', ['-c', 'npx -y PKG']);",
        "spawn('env', ['A=1', 'npx', 'PKG']);",
        "new StdioClientTransport({ command: 'npx', args: ['-y', 'PKG'] });",
        "const c = { command: 'npx', args: ['PKG'] };",
        "const c = { command, args: ['PKG'] };",
        "const c = { type: 'stdio', command: 'npx', args: [...base, '-y', 'PKG'] };",
        "const c = { mcpServers: { x: { command: 'uvx', args: ['PKG'] } } };",
        "const c = { command: ['npx', '-y', 'PKG'], enabled: true };",
        "const c = { command: 'PKG', args: [] };",
        "const c = { command: 'npx -y PKG', transport: 'stdio' };",
        "const c = { 'command': 'npx', 'args': win ? ['/c', 'npx', 'PKG'] : ['PKG'] };",
        "const args = ['PKG']; spawn('npx', args);",
        "const args = ['PKG']; spawn('npx', ['-y', ...args]);",
        "const args = []; args.push('PKG'); spawn('npx', args);",
        "const args = ['-y', 'PKG'];",
        "const p = 'PKG'; spawn('npx', ['-y', p]);",
        "const p = 'PKG'; const c = { command: 'npx', args: ['-y', p] };",
        "const p = 'PKG'; exec(`npx -y ${p}`);",
        "class A { args = ['PKG']; go() { spawn('npx', this.args); } }",
        "function go(pkg = 'PKG') { spawn('npx', [pkg]); }",
        "const line = 'npx -y PKG';",
        "const argv = 'npx -y PKG'.split(' ');",
        "spawn('node', ['-e', \"require('PKG')\"]);",
        "spawn(process.execPath, ['--input-type=module', '-e', `import 'PKG';`]);",
        "exec(`node -e \"import('PKG')\"`);",
        "const code = `import x from 'PKG'`; execFileSync('node', ['-e', code]);",
        "spawn('node', ['node_modules/PKG/build/x.js']);",
        "const p = path.join(root, 'node_modules', 'PKG', 'build');",
        "const p = `${root}/node_modules/PKG/build/x.js`;",
        "exec('node ./node_modules/PKG/x.js');",
        "exec('claude mcp add x -- npx PKG');",
    ],
)  # fmt: skip
def test_every_form_of_launch_is_found(code, package):
    path = package.rpartition("@")[0] or package if "node_modules" in code else package
    code = code.replace("PKG", path if "node_modules" in code else package)
    assert "launch" in kinds(code), code
    assert len(set(found(code))) == 1, code


@pytest.mark.parametrize(
    "code",
    [
        f"const PACKAGE = '{X}@latest';",
        f"export const MCP_PACKAGE_NAME = '{X}';",
        f"const p = process.env.PKG ?? '{X}';",
        f"start('{X}@1.0.0', options);",
        f"const c = {{ packageName: '{X}', version: '1' }};",
        f"const c = {{ package: '{X}', command: 'npx' }};",
        f"const c = {{ command: '{X}' }};",
        "const p = 'context7' + '-mcp';",
        f"const packages = ['{X}', 'other'];",
        f"spawn('npm', ['install', '-g', '{X}']);",
        f"exec('npm i -g {X}');",
        f"const p = `{X}@${{version}}`;",
        f"return_(cond ? '{X}' : other);",
        f"const c = {{ command: 'docker', args: ['run', '-i', 'mcp/{X}:latest'] }};",
        f"spawn('docker', ['run', '--rm', 'registry.example:5000/x/{X}']);",
        f"exec('docker run --rm ghcr.example/x/{X}:1');",
    ],
)
def test_a_listed_package_named_in_full_counts_by_itself(code):
    assert kinds(code) == ["launch"]
    assert kinds(code.replace(X, "mcp-dev-x").replace("context7", "dev")) in ([], ["launch"])


@pytest.mark.parametrize("package", [X, f"{X}@latest"])
@pytest.mark.parametrize(
    "code",
    [
        "// spawn('npx', ['PKG'])",
        "/* PKG */ /** `npx PKG` */",
        "if (name === 'PKG') go();",
        "const is = 'PKG' !== name;",
        "switch (name) { case 'PKG': go(); }",
        "names.includes('PKG'); names.indexOf('PKG'); set.has('PKG'); x.startsWith('PKG');",
        "if (/PKG/.test(x) || /PKG/.exec(y)) go();",
        "const banned = ['PKG', 'b']; if (banned.includes(x)) stop();",
        "const known = new Set(['PKG']); known.has(x);",
        "const c = { 'PKG': 1 }; c['PKG']; delete c['PKG'];",
        "const c = { id: 'PKG', name: 'PKG', label: 'PKG', title: 'PKG', description: 'npx PKG' };",
        "const c = { displayName: 'PKG', message: 'run PKG', url: 'https://x.dev/PKG' };",
        "const c = { name: 'x', description: 'y', package: 'PKG' };",
        "const c = { tags: ['PKG'], keywords: ['PKG'] };",
        "console.log('PKG'); logger.info(`starting PKG`); log.warn('npx PKG');",
        "throw new Error('PKG'); ",
        "describe('PKG', () => { it('runs npx PKG', () => {}); });",
        "expect(x).toBe('PKG'); expect(args).toEqual(['-y', 'PKG']); expect('PKG').toBe(x);",
        "assert.equal(x, 'PKG'); assert.deepEqual(x, { command: 'npx', args: ['PKG'] });",
        "const SERVER_NAME = 'PKG'; const serverId = 'PKG';",
        "const NAME_OF = 'PKG'; if (x === NAME_OF) go();",
        "type T = 'PKG' | 'other'; interface I { x: 'PKG' }",
        "const u = 'https://www.example.com/package/PKG';",
        "const t = 'To start it, run npx PKG in a shell.';",
        "const t = `\nUsage:\n  npx PKG\n`;",
        "execSync('pkill -f PKG'); spawn('which', ['PKG']); exec('npm view PKG version');",
        "const dir = path.join(cache, 'PKG', 'data');",
        "registerTool('PKG', {}); map.get('PKG');",
        "const c = { install: 'npm install -g PKG', installCommand: 'npm i PKG' };",
        "const placeholder = 'npx -y PKG';",
        "'PKG';",
        "const x = y as 'PKG';",
        "const c = { external: ['PKG'] };",
        "const config = { a: 1 }; console.log(JSON.stringify({ command: 'npx', args: ['PKG'] }));",
    ],
)  # fmt: skip
def test_what_is_compared_or_shown_is_no_launch(code, package):
    assert kinds(code.replace("PKG", package)) == []


@pytest.mark.parametrize(
    "code",
    [
        'const x = <a title="PKG">npx PKG</a>;',
        "const x = <Cli command=\"npx PKG\" args={['-y', 'PKG']} />;",
        "const x = <code>{'npx PKG'}</code>;",
    ],
)
def test_a_page_shows_and_does_not_launch(code):
    assert kinds(code.replace("PKG", X), "app/a.tsx") == []


@pytest.mark.parametrize(
    "code",
    [
        "const name = 'mcp-dev';",
        "const ids = ['dev-mcp', 'mcp-dev'];",
        "go('dev-mcp'); const c = { package: 'dev-mcp' };",
        "const c = { command: 'mcp-dev', description: 'a command of ours' };",
        "spawn('npx', ['mcp-remote', 'mcp-dev']);",
        "spawn('npx', ['-y', 'mcp-remote', 'https://mcp.acme.dev/sse']);",
        "const c = { command: 'npx', args: ['mcp-remote', 'dev-mcp'] };",
        "spawn('git', ['clone', 'dev-mcp']);",
        "const devMCPBan = appendEvidence('mcp', 'evidence');",
        "const host = 'hotdash-llamaindex-mcp.fly.dev';",
        "fetch('https://mcp.composio.dev');",
        "spawn('node', ['./dev-mcp/server.js']);",
        "spawn('node', ['dist/mcp-dev.js']);",
        "process.env.MCP_DEV;",
        "const c = { type: 'stdio', command: 'npx', args: ['-y', '@azure-devops/mcp', 'org'] };",
    ],
)
def test_names_by_words_need_a_launch_around_them(code):
    assert kinds(code) == []


def test_a_use_in_another_function_is_not_a_use_of_the_variable():
    code = f"function a() {{ const v = '{X}'; run(v); }}\nfunction b(v) {{ if (v === 'x') go(); }}"
    assert kinds(code) == ["launch"]


def test_each_line_of_a_text_is_reported_where_it_stands():
    code = "execSync(`\n  npx chrome-devtools-mcp &&\n  npx @shopify/dev-mcp\n`);"
    assert found(code) == [("launch", X, 2), ("launch", "@shopify/dev-mcp", 3)]


def test_following_variables_ends():
    code = (
        f"const a = '{X}'; " + " ".join(f"const a{n} = [a, a{n + 1}];" for n in range(60)) + " const b = [a, b]; go(a);"
    )
    assert kinds(code) == ["launch"]


@pytest.mark.parametrize(
    ("code", "launched"),
    [
        ("spawn('uv', ['tool', 'run', 'mcp-dev'])", True),
        ("spawn('uv', ['run', 'mcp-dev'])", False),
        ("spawn('uv')('mcp-dev')", False),
        ("spawn('npm', ['--silent', flag, 'exec', 'mcp-dev'])", True),
        ("spawn('npm', ['--silent'], 'mcp-dev')", False),
        ("spawn('npm', ['install', 'mcp-dev'])", True),
        ("spawn('npm', ['run', 'mcp-dev'])", False),
        ("spawn('npx', ['mcp-dev', '--package'])", True),
        ("spawn('npx', ['--package', 'x', 'mcp-dev'])", True),
        ("spawn('npx', ['-c', 'mcp-dev', 'x'])", False),
        ("spawn('npx', ['--prefix', 'dir', 'mcp-dev'])", True),
        ("spawn(program, ['mcp-dev'])", True),
        ("exec('FOO=1')('x', 'mcp-dev')", False),
        ("exec('sudo'); exec('A=1 sudo'); f('mcp-dev')", False),
        ("exec('docker run -i x/mcp-dev:1')", True),
        ("exec('node -e \"x\" mcp-dev')", False),
        ("/re/.test('mcp-dev') && /x/.exec('npx mcp-dev')", False),
        ("db.exec('mcp-dev')", False),
        ("cp.exec('npx mcp-dev')", True),
        ("a.b.c.d('mcp-dev')", False),
        ("(0, spawn)('npx', ['mcp-dev'])", True),
        ("subprocess.run('mcp-dev')", True),
        ("const c = { command: 'node', args: ['-e', \"require('mcp-dev')\"] };", True),
        ("const c = { command: 'which', args: ['chrome-devtools-mcp'] };", False),
        ("const c = { args: ['mcp-dev'] };", False),
        ("const c = { program: 'uvx', ['args']: ['mcp-dev'] };", True),
        ("const c = { mcp: 'chrome-devtools-mcp' };", True),
        ("const c = { '': 'chrome-devtools-mcp' };", True),
        ("const c = { [key]: 'chrome-devtools-mcp', ...rest };", True),
        ("const c = { ['chrome-devtools-mcp']: 1 };", False),
        ("const { 'chrome-devtools-mcp': x } = y;", False),
        ("const { x = 'chrome-devtools-mcp' } = y;", True),
        ("const c = { packageName: 'chrome-devtools-mcp', allowedPackages: ['context7-mcp'] };", True),
        ("const agent = 'chrome-devtools-mcp/1.0.0';", False),
        ("const f = () => 'chrome-devtools-mcp@1';", True),
        ("const s = 'npx mcp-dev lets you see what goes on';", False),
        ("const args = ['x']; args.push('mcp-dev'); const c = { command: 'npx', args };", False),
        ("const args = ['mcp-dev']; const c = { command: 'npx', args };", True),
        ("const p = 'mcp-dev'; const q = p; spawn('npx', [q]);", True),
        ("const p = 'mcp-dev'; p(); x.p; export { p };", False),
        ("const p = 'mcp-dev'; const line = `${p} is it`; if (p === line) go(p ? 1 : 2);", False),
        ("const x = a ? 'chrome-devtools-mcp' : b; const y = 'chrome-devtools-mcp' ? 1 : 2;", True),
        ("'chrome-devtools-mcp' && go();", False),
        ("go((a, 'chrome-devtools-mcp@1'));", True),
        ("go('chrome-devtools-mcp@1'!);", True),
        ("go(<string>'chrome-devtools-mcp@1');", True),
        ("x = 'chrome-devtools-mcp@1'; x += 'y';", True),
        ("const x = ['a', ...['-y', 'mcp-dev']];", True),
        ("foo`chrome-devtools-mcp`;", True),
        ("('x' + f)('chrome-devtools-mcp@1');", True),
        (
            "f()('chrome-devtools-mcp@1'); new (class {})('chrome-devtools-mcp@1'); expect(x).not.toBe('context7-mcp');",
            True,
        ),
    ],
)
def test_the_neighbourhood_decides(code, launched):
    assert (kinds(code) != []) is launched


def test_calls_of_calls_end():
    assert kinds("f" + "()" * 3000 + f"('{X}@1')") == ["launch"]
