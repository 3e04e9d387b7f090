import subprocess

subprocess.run(["npx", "-y", "chrome-devtools-mcp@latest"])
