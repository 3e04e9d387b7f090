"""One pure renderer for each format: text for people, pages and files for everything that reads a verdict."""
