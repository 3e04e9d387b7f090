"""A git server that asks for a token, as GitHub does for a private repository: git's own http-backend behind a door."""

import base64
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class GitServer:
    """`with GitServer(folder, token) as server`: serves the repositories below `folder` at `server.url`."""

    def __init__(self, folder, token):
        self.wanted = "basic " + base64.b64encode(f"x-access-token:{token}".encode()).decode()
        self.asked = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), door(self, folder))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def door(owner, folder):
    class Door(BaseHTTPRequestHandler):
        def _serve(self):
            given = self.headers.get_all("authorization") or []
            owner.asked.append(given)
            data = self.rfile.read(int(self.headers.get("content-length") or 0))
            if given != [owner.wanted]:
                self.send_response(401)
                self.send_header("www-authenticate", 'Basic realm="GitHub"')
                self.send_header("content-length", "0")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            environ = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                "QUERY_STRING": query, "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("content-type", ""),
                "CONTENT_LENGTH": str(len(data)), "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("git-protocol", ""), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder),
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
            }  # fmt: skip
            done = subprocess.run(["git", "http-backend"], input=data, capture_output=True, env=environ, check=True)
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            self.send_response(200)
            for line in head.decode().splitlines():
                self.send_header(*line.split(": ", 1))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve

        def log_message(self, *_):
            pass

    return Door
