import acme_mcp_dev
from acme_mcp_dev import server
