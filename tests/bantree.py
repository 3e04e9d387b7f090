"""Trees of real git for the tests of reach: a folder of files, committed, and what asks it."""

from pathlib import Path

from gitrepo import Repo

from dev_mcp_ban.tree import Tree


class Source:
    """A repository together with its searches."""

    def __init__(self, repo: Repo):
        self.repository = repo.opened()
        self.searches = self.repository.searches

    def __getattr__(self, name):
        return getattr(self.searches, name, None) or getattr(self.repository, name)


class Grown:
    """A repository that grows commit by commit."""

    def __init__(self, folder: Path):
        self.repo = Repo(folder / "repo")

    def tree(self, files, links=()):
        """Commit these files (None: gone), and open the tree."""
        for path, content in files.items():
            if content is None:
                (self.repo.path / path).unlink()
            else:
                self.repo.write(path, content)
        for path, target in dict(links).items():
            self.repo.symlink(path, target)
        self.repo.commit()
        return self.open(self.repo.head)

    def open(self, oid):
        return Tree(Source(self.repo), oid)


def grow(folder, files, links=()):
    return Grown(folder).tree(files, links)
