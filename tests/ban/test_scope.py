from dev_mcp_ban.scope import owners


def test_a_manifest_owns_what_lies_nearest_below_it():
    manifests = ["package.json", "packages/a/package.json", "packages/b/package.json"]
    assert owners(manifests, ["packages/a/app/x.ts", "app/y.ts"]) == {"packages/a/package.json", "package.json"}


def test_a_file_without_a_manifest_above_it_is_nobodys():
    assert owners(["packages/a/package.json"], ["app/x.ts"]) == frozenset()
