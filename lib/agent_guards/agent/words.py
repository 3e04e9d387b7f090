"""Foreign text on its way into a record: one line, no unseen characters, no secrets, no more of it than a reader needs."""

import re

from agent_guards.escape import shorten

REDACTED = "REDACTED"
URL = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20\x7f-\x9f]+", re.IGNORECASE)
# What is a secret by its looks, wherever it stands.
_SECRET = re.compile(
    r"\b(?:gh[opsur]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|sk-[\w-]{16,}|sk_(?:live|test)_\w{10,}|xox[a-z]-[\w-]{10,}"
    r"|npm_\w{20,}|pypi-[\w-]{16,}|shp(?:at|ss|ca|pa)_\w{16,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|ya29\.[\w.-]{10,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)",
    re.ASCII,
)
_SECRET_KEY = re.compile(
    r"token|secret|passw|pwd|credential|signature|session|api[-_.]?key|access|authorization|jwt|cookie|private"
    r"|^(?:key|sig|auth|code|otp|pin|sid|state|nonce|pass|hmac|bearer)$|^x-(?:amz|goog)-",
    re.IGNORECASE,
)
# Long, without a word break, letters and digits mixed: nobody types this.
_RANDOM = re.compile(r"(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w+/=.~%-]{20,}", re.ASCII)
_ANCHOR = re.compile(r"[\w.:~!/-]{1,80}")
# Addresses whose path alone lets anyone in.
_SECRET_PATH = re.compile(r"(?i)^(https?://hooks\.slack\.com/services|https?://discord(?:app)?\.com/api/webhooks)/.*")
_TRAILING = ".,;:!?)]}*_"


def clean(text: str, limit: int) -> str:
    """Put foreign text on one visible line."""
    shown = text
    if not text.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in text)
    return shorten(" ".join(scrub(shown).split()), limit)


def scrub(text: str) -> str:
    """Take out of a text what is a secret by its looks, and what addresses in it carry."""
    return _SECRET.sub(REDACTED, URL.sub(lambda found: redact(found[0]), text))


def redact(url: str) -> str:
    """Take the secrets out of an address: who logs in, values that are tokens, fragments that are more than an anchor."""
    if found := _SECRET_PATH.match(url):
        return f"{found[1]}/{REDACTED}"
    address, _, fragment = url.partition("#")
    place, mark, query = address.partition("?")
    scheme, _, rest = place.partition("://")
    host, slash, path = rest.partition("/")
    place = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    query = "&".join(_pair(pair) for pair in query.split("&"))
    kept = fragment and _ANCHOR.fullmatch(fragment) and not _RANDOM.fullmatch(fragment)
    return _SECRET.sub(REDACTED, f"{place}{mark}{query}{f'#{fragment}' if kept else ''}")


def _pair(pair: str) -> str:
    key, equals, value = pair.partition("=")
    if not equals:
        return REDACTED if _RANDOM.fullmatch(key) else pair
    return f"{key}={REDACTED}" if value and (_SECRET_KEY.search(key) or _RANDOM.fullmatch(value)) else pair


def first_url(text: str) -> str | None:
    """Find the first address in a text, without its secrets and without the mark that ends the sentence."""
    found = URL.search(text)
    return redact(found[0].rstrip(_TRAILING)) if found else None


def slug(text: str) -> str:
    """Make a name for a file or a folder of a text; empty where nothing of it can stand in one."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:60].rstrip("-._")
