"""The repository as this guard asks it: objects at exact places, and searches in whole trees."""

from agent_guards.repository import Repository


class RepositorySource:
    """What a Tree is asked through: the repository's own answers and its searches, side by side."""

    def __init__(self, repository: Repository) -> None:
        searches = repository.searches
        self.entries = repository.entries
        self.read = repository.read
        self.ahead = searches.ahead
        self.search = searches.search
        self.lines = searches.lines
        self.matching = searches.matching
        self.occurrences = searches.occurrences
        self.contents = searches.contents
        self.symlinks = searches.symlinks
        self.names = searches.names
        self.paths = searches.paths
        self.tracked = searches.tracked
