"""A small stateful GitHub on loopback: REST for statuses, GraphQL for the rest, and every trouble that a run can have.

In a test: `with FakeGitHub() as fake:` or the fixture `fake`. By itself:
`python tests/fake_github.py --port N [--scenario NAME|FILE] [--event FILE] [--log FILE]`; the log takes every request
as a JSON line, `GET /_state` answers with what was written. Pull requests come from `--event`, so that the live
description is the payload's. tests/contract holds requests and answers to GitHub's own descriptions.
"""

import argparse
import json
import re
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

WRITES = ("checks", "statuses", "pull-requests")
HEAD, BASE = "b" * 40, "a" * 40
TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
WHEN = "2026-01-02T12:00:00Z"
FORBIDDEN = "Resource not accessible by integration"
NEEDED = {
    "createCheckRun": "checks", "updateCheckRun": "checks", "addComment": "pull-requests",
    "updateIssueComment": "pull-requests", "deleteIssueComment": "pull-requests", "createLabel": "pull-requests",
    "addLabelsToLabelable": "pull-requests", "removeLabelsFromLabelable": "pull-requests",
    "convertPullRequestToDraft": "pull-requests",
}  # fmt: skip


@dataclass(kw_only=True)
class Fault:
    """What goes wrong with the requests that `match` finds in `METHOD /path` and the body, `times` times."""

    match: str = ""
    times: int = 1_000_000
    status: int = 500
    message: str = "Server Error"
    headers: dict = field(default_factory=dict)
    after: bool = False
    """The request is carried out first: what a 502 of GitHub's may hide."""
    delay: float = 0.0
    drip: float = 0.0
    """Seconds between two bytes of an endless answer."""
    truncate: bool = False
    """The carried out answer ends in its middle."""
    raw: str | None = None


SCENARIOS = {
    "ok": {},
    "read-only": {"permissions": []},
    "no-checks": {"permissions": ["statuses", "pull-requests"]},
    "down": {"faults": [{"status": 500}]},
    "unreachable": {"faults": [{"status": 503, "message": "No server is currently available to service your request."}]},
    "hang": {"faults": [{"delay": 3600}]},
    "not-found": {"faults": [{"status": 404, "message": "Not Found"}]},
    "bad-token": {"faults": [{"status": 401, "message": "Bad credentials"}]},
    "rate-limited": {
        "faults": [{
            "status": 403, "message": "API rate limit exceeded for installation ID 1.",
            "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "1000", "x-ratelimit-reset": "in 3600"},
        }],
    },
    "renamed": {
        "faults": [{
            "match": "^POST /repos/", "status": 307, "message": "Moved Permanently",
            "headers": {"location": "{url}/repositories/1/statuses/{last}"},
        }],
    },
}  # fmt: skip


class RefusalError(Exception):
    """One field of a mutation that GitHub refuses."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind, self.message = kind, message


class FakeGitHub:
    """The server and what it holds. Change what you like between requests."""

    def __init__(self, scenario="ok", *, port=0, event=None, log=None):
        settings = SCENARIOS[scenario] if scenario in SCENARIOS else json.loads(Path(scenario).read_text())
        self.full_name = settings.get("repository", "octo/demo")
        self.permissions = set(settings.get("permissions", WRITES))
        self.faults = [Fault(**fault) for fault in settings.get("faults", ())]
        self.viewer = settings.get("viewer", "github-actions[bot]")
        self.pulls, self.commits, self.comments = {}, {}, []
        self.check_runs, self.statuses, self.labels = {}, [], {}
        self.queue = {}
        """The merge queue: the commit that an entry was built as, and its pull request."""
        self.requests = []
        self.answers = []
        """For each well-meant answer: its request, the status, the document."""
        self.tokens = set()
        self._log = log
        self._ids = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        for pull in settings.get("pulls", ()):
            self.add_pull(**pull)
        if event:
            self.learn(event)
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _door(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.links = self.url
        """The address in the links of its answers: a proxy's, where one stands in front."""

    def __enter__(self):
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self.server.shutdown()
        self.server.server_close()

    # What a test puts in and reads out.

    def learn(self, event):
        """Take the repository and the pull request from an event's payload."""
        self.full_name = event.get("repository", {}).get("full_name", self.full_name)
        pull = event.get("pull_request")
        if pull:
            head_repo = pull["head"].get("repo")
            self.add_pull(
                number=pull["number"], body=pull.get("body"), base=pull["base"]["sha"], head=pull["head"]["sha"],
                draft=pull.get("draft", False), base_ref=pull["base"].get("ref", "main"), author=(pull.get("user") or {}).get("login", "octocat"),
                head_repository=head_repo["full_name"] if head_repo else None,
            )  # fmt: skip

    def add_pull(self, number=7, **given):
        """Open a pull request, or open it anew; `author` as REST writes it, a bot's with `[bot]`."""
        self.pulls[number] = {
            "number": number, "body": "", "base": BASE, "head": HEAD, "base_ref": "main", "draft": False, "author": "octocat",
            "head_repository": self.full_name, "updated": WHEN, "edited": None, "state": "OPEN",
            **given, "labels": list(given.get("labels", ())),
        }  # fmt: skip
        for label in self.pulls[number]["labels"]:
            self.labels.setdefault(label, {"name": label, "color": "ededed", "description": ""})
        return self.pulls[number]

    def add_commit(self, sha, *pulls):
        """A commit that belongs to these pull requests."""
        self.commits[sha] = list(pulls)

    def add_comment(self, body, author="octocat", pull=7):
        comment = {"id": f"IC_{self.next_id()}", "body": body, "author": author, "pull": pull, "edits": 0}
        self.comments.append(comment)
        return comment

    def fail(self, **fault):
        """Let requests fail from now on; the first fault that fits decides."""
        self.faults.append(Fault(**fault))

    def next_id(self):
        with self._lock:
            self._ids += 1
            return self._ids

    @property
    def state(self):
        return {
            "check_runs": list(self.check_runs.values()), "statuses": self.statuses, "comments": self.comments,
            "pulls": list(self.pulls.values()), "labels": list(self.labels.values()),
        }  # fmt: skip

    # Requests.

    def answer(self, method, path, headers, body):
        """Record a request, carry it out, and let go wrong what shall."""
        document = json.loads(body) if body else None
        token = headers.get("authorization", "").rpartition(" ")[2]
        self.tokens.add(token)
        record = {"method": method, "path": path, "body": document, "time": time.time()}
        with self._lock:
            self.requests.append(record)
            if self._log:
                self._log.write(json.dumps(record) + "\n")
                self._log.flush()
        fault = self._fault(f"{method} {path} {body.decode()}")
        if fault and not (fault.after or fault.truncate):
            return self._failing(fault, path)
        status, answer, extra = self.carry_out(method, path, document)
        self.answers.append((record, status, answer))
        if fault and fault.after:
            return self._failing(fault, path)
        text = "" if answer is None else json.dumps(answer)
        return status, extra, text[: len(text) // 2] if fault else text, None

    def _fault(self, request):
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.match, request):
                    fault.times -= 1
                    return fault
        return None

    def _failing(self, fault, path):
        if fault.delay:
            self._stop.wait(fault.delay)
        last = path.partition("?")[0].rpartition("/")[2]
        headers = {
            name: str(int(time.time()) + int(value[3:])) if value.startswith("in ") else value.format(url=self.links, last=last)
            for name, value in fault.headers.items()
        }  # fmt: skip
        text = json.dumps({"message": fault.message, "documentation_url": "https://docs.github.com/rest"})
        return fault.status, headers, text if fault.raw is None else fault.raw, fault.drip or None

    def carry_out(self, method, path, body):
        """Answer one well-meant request: status, document, headers."""
        path, _, query = path.partition("?")
        if path == "/zen":
            return 200, "Keep it logically awesome.", {}
        if (method, path.removeprefix("/api")) == ("POST", "/graphql"):
            return 200, self.graphql(body), {}
        found = re.fullmatch(r"(?:/api/v3)?/(?:repos/([^/]+/[^/]+)|repositories/1)/(.*)", path)
        if found and found[1] in {None, self.full_name}:
            for verb, pattern, answer in (
                ("POST", r"statuses/([0-9a-f]{40})", lambda sha: self._post_status(sha, body)),
                ("GET", r"commits/([0-9a-f]{40})/statuses", self._statuses),
                ("GET", r"commits/([0-9a-f]{40})/check-runs", lambda sha: self._listed_runs(sha, query)),
            ):
                if verb == method and (place := re.fullmatch(pattern, found[2])):
                    return answer(place[1])
        return 404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, {}

    def _statuses(self, sha):
        return 200, [_public(status) for status in reversed(self.statuses) if status["sha"] == sha], {}

    def _listed_runs(self, sha, query):
        name = parse_qs(query).get("check_name", [None])[0]
        runs = [run for run in self.check_runs.values() if run["headSha"] == sha and name in {None, run["name"]}]
        return 200, {"total_count": len(runs), "check_runs": [self._rest_run(run) for run in runs]}, {}

    def _post_status(self, sha, body):
        if "statuses" not in self.permissions:
            return 403, {"message": FORBIDDEN, "documentation_url": "https://docs.github.com/rest", "status": "403"}, {}
        if len(body.get("description") or "") > 140:
            problem = {"resource": "Status", "code": "custom", "field": "description", "message": "is too long"}
            return (
                422,
                {
                    "message": "Validation Failed",
                    "errors": [problem],
                    "documentation_url": "https://docs.github.com/rest",
                },
                {},
            )
        number = self.next_id()
        status = {
            "id": number, "node_id": f"SC_{number}", "url": f"{self.links}/repos/{self.full_name}/statuses/{sha}",
            "avatar_url": None, "state": body["state"], "description": body.get("description"),
            "target_url": body.get("target_url"), "context": body.get("context", "default"),
            "created_at": WHEN, "updated_at": WHEN, "creator": None, "sha": sha,
        }  # fmt: skip
        self.statuses.append(status)
        return 201, _public(status), {}

    def _rest_run(self, run):
        """Show a check run as REST does."""
        number = int(run["id"].partition("_")[2])
        api = f"{self.links}/repos/{self.full_name}/check-runs/{number}"
        output = run.get("output") or {}
        return {
            "id": number, "node_id": run["id"], "head_sha": run["headSha"], "external_id": run.get("externalId"),
            "url": api, "html_url": run["url"], "details_url": run.get("detailsUrl"), "status": run["status"].lower(),
            "conclusion": (run.get("conclusion") or "").lower() or None, "started_at": WHEN, "completed_at": None,
            "output": {
                "title": output.get("title"), "summary": output.get("summary"), "text": output.get("text"),
                "annotations_count": len(run["annotations"]), "annotations_url": f"{api}/annotations",
            },
            "name": run["name"], "check_suite": {"id": 1}, "app": None, "pull_requests": [],
        }  # fmt: skip

    # GraphQL: parsed by graphql-core, resolved here; tests/contract checks both sides against GitHub's schema.

    def graphql(self, body):
        from graphql import GraphQLError, OperationType, parse

        try:
            (operation,) = parse(body["query"]).definitions
        except GraphQLError as error:
            return {"errors": [{"message": str(error)}]}
        mutation = operation.operation is OperationType.MUTATION
        errors, data = [], {}
        for chosen in operation.selection_set.selections:
            alias = (chosen.alias or chosen.name).value
            try:
                root = self._mutation if mutation else self._query
                value = root(chosen.name.value, _arguments(chosen, body.get("variables") or {}))
                data[alias] = _select(value, chosen.selection_set, body.get("variables") or {})
            except RefusalError as refusal:
                data[alias] = None
                errors.append({"type": refusal.kind, "path": [alias], "message": refusal.message})
        return {"data": data, **({"errors": errors} if errors else {})}

    def _query(self, name, arguments):
        if name == "viewer":
            return {"login": self.viewer}
        if name == "nodes":
            return [
                self._shown_run(self.check_runs[one]) if one in self.check_runs else None for one in arguments["ids"]
            ]
        if name == "repository" and f"{arguments['owner']}/{arguments['name']}" == self.full_name:
            return {
                "id": "R_1", "pullRequest": self._pull, "object": self._object, "label": self._label,
                "mergeQueue": self._merge_queue,
            }  # fmt: skip
        raise RefusalError("NOT_FOUND", "Could not resolve to a Repository.")

    def _pull(self, number, **_):
        if number not in self.pulls:
            return None
        pull = self.pulls[number]
        bot = pull["author"].endswith("[bot]")
        author = {"__typename": "Bot" if bot else "User", "login": pull["author"].removesuffix("[bot]")}
        head = pull["head_repository"]
        return {
            "id": f"PR_{number}", "number": number, "state": pull["state"], "body": pull["body"] or "",
            "updatedAt": pull["updated"], "lastEditedAt": pull["edited"], "isDraft": pull["draft"], "author": author,
            "baseRefName": pull["base_ref"], "baseRefOid": pull["base"], "headRefOid": pull["head"], "isCrossRepository": head != self.full_name,
            "headRepository": {"nameWithOwner": head} if head else None,
            "labels": lambda **_: {"nodes": [self._label(name) for name in pull["labels"]]},
            "comments": lambda first, after=None: self._comments(number, first, after),
        }  # fmt: skip

    def _comments(self, number, first, after):
        mine = [comment for comment in self.comments if comment["pull"] == number]
        start = int(after or 0)
        nodes = [self._shown_comment(comment) for comment in mine[start : start + first]]
        more = start + first < len(mine)
        return {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": str(start + first) if more else None}}

    def _shown_comment(self, comment):
        url = f"{self.links}/{self.full_name}/pull/{comment['pull']}#issuecomment-{comment['id'].partition('_')[2]}"
        return {
            "id": comment["id"],
            "body": comment["body"],
            "url": url,
            "viewerDidAuthor": comment["author"] == self.viewer,
        }

    def _shown_run(self, run):
        return {**run, "__typename": "CheckRun", "annotations": lambda **_: {"totalCount": len(run["annotations"])}}

    def _object(self, oid):
        if oid not in self.commits:
            return None
        pulls = [self._pull(number) for number in self.commits[oid]]
        return {"__typename": "Commit", "oid": oid, "associatedPullRequests": lambda **_: {"nodes": pulls}}

    def _merge_queue(self, branch):
        if not self.queue:
            return None
        nodes = [
            {"headCommit": {"oid": head}, "pullRequest": self._pull(number)} for head, number in self.queue.items()
        ]
        return {"entries": lambda **_: {"nodes": nodes}}

    def _label(self, name):
        return {"id": f"LA_{name}", **self.labels[name]} if name in self.labels else None

    def _mutation(self, name, arguments):
        if NEEDED[name] not in self.permissions:
            raise RefusalError("FORBIDDEN", FORBIDDEN)
        return getattr(self, f"_{re.sub('([A-Z])', lambda found: '_' + found[1].lower(), name)}")(arguments["input"])

    def _create_check_run(self, given):
        number = self.next_id()
        run = {
            "id": f"CR_{number}", "databaseId": number, "status": "QUEUED", "conclusion": None, "annotations": [],
            "url": f"{self.links}/{self.full_name}/runs/{number}", "batches": [],
        }  # fmt: skip
        self._fill(run, given)
        self.check_runs[run["id"]] = run
        return {"checkRun": self._shown_run(run)}

    def _update_check_run(self, given):
        run = self.check_runs.get(given["checkRunId"])
        if run is None:
            raise RefusalError("NOT_FOUND", "Could not resolve to a node with the global id.")
        self._fill(run, given)
        return {"checkRun": self._shown_run(run)}

    def _fill(self, run, given):
        output = given.get("output") or {}
        annotations = output.get("annotations") or []
        for wrong, message in (
            (len(annotations) > 50, "No more than 50 annotations are allowed per request"),
            (len(output.get("summary", "")) > 65_535, "Summary exceeds the maximum length of 65535 characters"),
            (len(output.get("text") or "") > 65_535, "Text exceeds the maximum length of 65535 characters"),
            (given.get("status") == "COMPLETED" and not given.get("conclusion"), "A conclusion is needed"),
        ):
            if wrong:
                raise RefusalError("UNPROCESSABLE", message)
        run.update({key: value for key, value in given.items() if key not in {"checkRunId", "repositoryId"}})
        run["annotations"] += annotations
        run["batches"].append(len(annotations))

    def _add_comment(self, given):
        self._body(given)
        comment = self.add_comment(given["body"], self.viewer, int(given["subjectId"].partition("_")[2]))
        return {"commentEdge": {"node": self._shown_comment(comment)}}

    def _update_issue_comment(self, given):
        self._body(given)
        comment = self._comment(given["id"])
        comment["body"], comment["edits"] = given["body"], comment["edits"] + 1
        return {"issueComment": self._shown_comment(comment)}

    def _delete_issue_comment(self, given):
        self.comments.remove(self._comment(given["id"]))
        return {"clientMutationId": None}

    def _comment(self, one):
        for comment in self.comments:
            if comment["id"] == one and comment["author"] == self.viewer:
                return comment
        raise RefusalError("NOT_FOUND", "Could not resolve to a node with the global id.")

    def _body(self, given):
        if len(given["body"]) > 65_536:
            raise RefusalError("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)")

    def _create_label(self, given):
        if given["name"] in self.labels:
            raise RefusalError("UNPROCESSABLE", "Name has already been taken")
        self.labels[given["name"]] = {key: given.get(key) for key in ("name", "color", "description")}
        return {"label": self._label(given["name"])}

    def _add_labels_to_labelable(self, given):
        labels = self.pulls[int(given["labelableId"].partition("_")[2])]["labels"]
        labels += [one.partition("_")[2] for one in given["labelIds"] if one.partition("_")[2] not in labels]
        return {"clientMutationId": None}

    def _remove_labels_from_labelable(self, given):
        labels = self.pulls[int(given["labelableId"].partition("_")[2])]["labels"]
        labels[:] = [name for name in labels if f"LA_{name}" not in given["labelIds"]]
        return {"clientMutationId": None}

    def _convert_pull_request_to_draft(self, given):
        pull = self.pulls[int(given["pullRequestId"].partition("_")[2])]
        pull["draft"] = True
        return {"pullRequest": self._pull(pull["number"])}


def _public(status):
    return {key: value for key, value in status.items() if key != "sha"}


def _arguments(chosen, variables):
    from graphql import value_from_ast_untyped

    return {one.name.value: value_from_ast_untyped(one.value, variables) for one in chosen.arguments or ()}


def _select(value, selections, variables):
    """Take from plain data what was asked for; callables get the arguments of their field."""
    from graphql import FieldNode

    if value is None or selections is None:
        return value
    if isinstance(value, list):
        return [_select(one, selections, variables) for one in value]
    chosen = {}
    for one in selections.selections:
        if isinstance(one, FieldNode):
            inner = value.get("clientMutationId") if one.name.value == "clientMutationId" else value[one.name.value]
            inner = inner(**_arguments(one, variables)) if callable(inner) else inner
            chosen[(one.alias or one.name).value] = _select(inner, one.selection_set, variables)
        elif one.type_condition.name.value == value.get("__typename"):
            chosen.update(_select(value, one.selection_set, variables))
    return chosen


def _door(fake):
    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if self.path == "/_state":
                status, extra, text, drip = 200, {}, json.dumps(fake.state), None
            else:
                status, extra, text, drip = fake.answer(self.command, self.path, headers, body)
            data = text.encode()
            try:
                self.send_response(status)
                self.send_header("content-type", "application/json; charset=utf-8")
                self.send_header("content-length", str(10**6 if drip else len(data)))
                for name, value in extra.items():
                    self.send_header(name, value)
                self.end_headers()
                while drip and not fake._stop.wait(drip):
                    self.wfile.write(b" ")
                self.wfile.write(data)
            except OSError:
                self.close_connection = True  # whoever asked has gone

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

        def log_message(self, *_):
            pass

    return Door


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--scenario", default="ok", help=f"a file, or one of {', '.join(SCENARIOS)}")
    parser.add_argument("--event", type=Path, help="a payload: its repository and pull request exist here")
    parser.add_argument("--log", type=Path, help="where every request goes, a JSON line each")
    options = parser.parse_args()
    event = json.loads(options.event.read_text()) if options.event else None
    log = options.log.open("a") if options.log else sys.stdout
    with FakeGitHub(options.scenario, port=options.port, event=event, log=log) as fake:
        print(f"listening on {fake.url}", file=sys.stderr, flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
