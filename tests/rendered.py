"""What a page of Markdown becomes on GitHub, as its own cmark fork sees it: elements, links, and text by its place."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

VOID = frozenset({"wbr", "br", "hr", "img", "input"})


@dataclass
class Rendered:
    """The page after rendering. `prose` is the text outside of code; `cells` are the rows of its tables."""

    elements: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    prose: str = ""
    code: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.page = Rendered()

    def handle_starttag(self, tag, attrs):
        page = self.page
        page.elements.append(tag)
        page.links += [value for name, value in attrs if name == "href"]
        page.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            page.open.append(tag)
        if tag == "code":
            page.code.append("")
        if tag == "tr":
            page.rows.append(0)
        if tag == "td":
            page.rows[-1] += 1

    def handle_endtag(self, tag):
        assert self.page.open.pop() == tag, f"the page is not well nested at </{tag}>"

    def handle_data(self, data):
        if "code" in self.page.open:
            self.page.code[-1] += data
        else:
            self.page.prose += data

    def handle_comment(self, data):
        self.page.elements.append("!--")

    def handle_decl(self, decl):
        self.page.elements.append("!")

    def handle_pi(self, data):
        self.page.elements.append("?")


def render(markdown: str) -> Rendered:
    """Render as GitHub does before it cleans: raw HTML stays, so that what a payload smuggled in is seen."""
    reader = _Reader()
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
    reader.close()
    assert not reader.page.open, f"never closed: {reader.page.open}"
    return reader.page
