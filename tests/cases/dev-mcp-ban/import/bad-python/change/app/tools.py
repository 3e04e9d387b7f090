import importlib

server = importlib.import_module("acme_mcp_dev")
