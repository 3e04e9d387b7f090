import chrome_devtools_mcp
def broken(:
