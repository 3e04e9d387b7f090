"""What every git process of ours is started with: program, settings, environment. It imports next to nothing, for it comes first."""

import os
from collections.abc import Mapping, Sequence

from agent_guards.errors import GitError

# What git itself, its transports and its helpers need. No GIT_*: those can point git at another repository, another
# configuration or another program.
_NEEDED = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "XDG_CONFIG_HOME", "TMPDIR", "TEMP", "TMP",
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT",
    "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES",
})  # fmt: skip
_VARIABLES = {
    "LC_ALL": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_SETTINGS = (
    # What could run a program of the repository's choice.
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    # What could refuse an uncommitted file over its line ends, or spend time on packing it tightly.
    "core.safecrlf=false",
    "core.looseCompression=0",
    # What could write where nobody asked us to.
    "core.splitIndex=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
)


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of every git process. Of `environ` those remain that do not point git at something else."""
    # GIT_DIR, GIT_INDEX_FILE and their kin (a hook's environment has them) would make git speak of something else.
    return {name: text for name, text in environ.items() if not name.startswith("GIT_")} | _VARIABLES


def needed(environ: Mapping[str, str]) -> dict[str, str]:
    """Of the environment of a run what git needs."""
    return {name: text for name, text in environ.items() if text.strip() and name.upper() in _NEEDED}


def line(program: str, folder: str, arguments: Sequence[str | bytes], *, trust: bool) -> list[str | bytes]:
    """A whole command line."""
    start: list[str | bytes] = [program, "--no-pager", "-C", folder]
    # The star, because git compares with the top of the work tree, which `folder` need not be.
    for setting in (*_SETTINGS, "safe.directory=*") if trust else _SETTINGS:
        start += ("-c", setting)
    return [*start, *arguments]


def find_git(environ: Mapping[str, str]) -> str:
    """Where git is."""
    # Absolute folders only: with `.` on PATH a file named git in the checkout would run.
    name = "git.exe" if os.name == "nt" else "git"
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        program = os.path.join(folder, name)
        if os.path.isabs(program) and os.path.isfile(program) and os.access(program, os.X_OK):
            return program
    raise GitError("Git is not on PATH.", "Install git 2.31 or newer, or add its folder to PATH.")
