"""Asking GitHub over a real socket with the real PyGithub, and everything that can go wrong there."""

import json
import logging
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from fake_github import HEAD, TOKEN

from agent_guards.api import GitHub, Trouble, Write
from agent_guards.github import _told, usable

STATUS = f"/repos/octo/demo/statuses/{HEAD}"
BODY = {"state": "success", "context": "agent-guards/guard-mcp", "description": "passed"}
QUERY = "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }"
DEMO = {"owner": "octo", "name": "demo"}
ADD = Write(name="addComment", given={"subjectId": "PR_7", "body": "x"}, wanted="commentEdge { node { url } }")
LABEL = Write(name="createLabel", given={"repositoryId": "R_1", "name": "n", "color": "d93f0b"}, wanted="label { id }")


def test_a_write_is_sent_once_and_answered(fake, github):
    answer = github.write(STATUS, BODY)
    assert answer.fault is None
    assert answer.data["state"] == "success"
    (request,) = fake.requests
    assert (request["method"], request["path"], request["body"]) == ("POST", STATUS, BODY)
    assert fake.tokens == {TOKEN}


def test_several_writes_go_in_one_request_and_each_has_its_answer(fake, github):
    fake.labels["n"] = {"name": "n"}
    made, refused = github.mutate([ADD, LABEL])
    assert made.data["commentEdge"]["node"]["url"].endswith("/pull/7#issuecomment-1")
    assert refused.fault.trouble is Trouble.REFUSED
    assert "`Name has already been taken`" in refused.fault.message
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_question_is_asked_again_after_a_server_error_with_growing_pauses(fake, github, pauses, status):
    fake.fail(status=status, times=2)
    assert github.query(QUERY, DEMO).data == {"repository": {"id": "R_1"}}
    assert pauses == [1, 2]
    assert len(fake.requests) == 3


def test_a_question_is_given_up_after_three_times(fake, github):
    fake.fail(status=502)
    fault = github.read(f"/repos/octo/demo/commits/{HEAD}/statuses").fault
    assert fault.trouble is Trouble.UNSURE
    assert "502" in fault.message
    assert len(fake.requests) == 3


def test_a_write_is_never_repeated_blindly_after_a_server_error(fake, github, pauses):
    fake.fail(status=502, after=True)
    assert github.write(STATUS, BODY).fault.trouble is Trouble.UNSURE
    assert github.mutate([ADD])[0].fault.trouble is Trouble.UNSURE
    assert (len(fake.requests), pauses, len(fake.statuses), len(fake.comments)) == (2, [], 1, 1)


@pytest.mark.parametrize("status", [403, 429])
def test_a_refusal_that_names_a_wait_is_waited_for_even_with_a_write(fake, github, pauses, status):
    fake.fail(status=status, times=1, message="You have exceeded a secondary rate limit.", headers={"retry-after": "7"})
    assert github.write(STATUS, BODY).fault is None
    assert pauses == [7]
    assert len(fake.statuses) == 1


@pytest.mark.parametrize(
    ("status", "message"),
    [(429, "Too many"), (403, "You have exceeded a secondary rate limit. Please wait a few minutes.")],
)
def test_a_limit_that_names_no_wait_is_not_waited_for(fake, github, pauses, status, message):
    fake.fail(status=status, message=message)
    assert github.query(QUERY, DEMO).fault.trouble is Trouble.LIMITED
    assert (len(fake.requests), pauses) == (1, [])


def test_a_rate_limit_that_ends_in_an_hour_is_told_and_not_waited_for(fake, github, pauses):
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "in 3600"}
    fake.fail(status=403, message="API rate limit exceeded for installation ID 1.", headers=reset)
    started = time.monotonic()
    fault = github.query(QUERY, DEMO).fault
    assert fault.trouble is Trouble.LIMITED
    assert "it asks for 3," in fault.message
    assert "60 of 60 s are left" in fault.message
    assert (len(fake.requests), pauses) == (1, [])
    assert time.monotonic() - started < 10


def test_a_rate_limit_that_ends_soon_is_waited_for(fake, github, pauses):
    reset = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "in 5"}
    fake.fail(status=403, times=1, message="API rate limit exceeded", headers=reset)
    assert github.query(QUERY, DEMO).fault is None
    assert len(pauses) == 1
    assert 1 <= pauses[0] <= 5


def test_all_waiting_together_is_bounded_and_said(fake, pauses):
    github = GitHub(api_url=fake.url, token=TOKEN, sleep=pauses.append, seconds=10)
    fake.fail(status=429, headers={"retry-after": "6"})
    assert "it asks for 6 s, and 4 of 10 s are left" in github.query(QUERY, DEMO).fault.message
    github.waited = 10
    asked = len(fake.requests)
    fault = github.write(STATUS, BODY).fault
    assert fault.message == "the 10 s for waiting on GitHub are used up"
    assert len(fake.requests) == asked


@pytest.mark.parametrize(
    ("status", "message", "trouble"),
    [
        (401, "Bad credentials", Trouble.REFUSED),
        (403, "Resource not accessible by integration", Trouble.FORBIDDEN),
        (404, "Not Found", Trouble.MISSING),
        (422, "Validation Failed", Trouble.REFUSED),
        (410, "Gone", Trouble.REFUSED),
    ],
)
def test_what_github_says_is_told_and_not_asked_again(fake, github, status, message, trouble):
    fake.fail(status=status, message=message)
    fault = github.write(STATUS, BODY).fault
    assert (fault.trouble, fault.message) == (trouble, f"GitHub answered {status} `{message}`")
    assert len(fake.requests) == 1


@pytest.mark.parametrize("raw", ["", "[]", "<html>unicorn</html>", '{"message": 7', "[" * 100_000])
def test_an_error_that_is_no_document_is_told_by_its_number(fake, github, raw):
    fake.fail(status=404, raw=raw)
    assert github.write(STATUS, BODY).fault.message == "GitHub answered 404"


@pytest.mark.parametrize("raw", ["", '{"data": {"reposi', "<html>", "[" * 100_000])
def test_an_answer_that_breaks_off_is_no_success(fake, github, raw):
    fake.fail(status=200, raw=raw)
    assert github.write(STATUS, BODY).fault.trouble is Trouble.UNSURE
    assert github.query(QUERY, DEMO).fault.trouble is Trouble.UNSURE


@pytest.mark.parametrize("raw", ["{}", "[]", "7", '{"data": null}', '{"data": null, "errors": 7}', '{"errors": [7]}'])
def test_a_graphql_answer_without_data_is_no_success(fake, github, raw):
    fake.fail(status=200, raw=raw)
    (answer,) = github.mutate([ADD])
    assert answer.fault is None or answer.fault.trouble is Trouble.UNSURE
    assert answer.fault or not isinstance(answer.data, dict)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ({"type": "FORBIDDEN", "path": ["f0"], "message": "no"}, Trouble.FORBIDDEN),
        ({"type": "INSUFFICIENT_SCOPES", "path": ["f0"], "message": "no"}, Trouble.FORBIDDEN),
        ({"type": "NOT_FOUND", "path": ["f0"], "message": "no"}, Trouble.MISSING),
        ({"type": "RATE_LIMITED", "message": "no"}, Trouble.LIMITED),
        ({"type": "UNPROCESSABLE", "path": ["f0"], "message": "no"}, Trouble.REFUSED),
        ({"type": "INTERNAL", "path": ["f0"], "message": "no"}, Trouble.UNSURE),
        ({"message": "Something went wrong while executing your query."}, Trouble.UNSURE),
        ({"message": "Field 'x' doesn't exist"}, Trouble.REFUSED),
    ],
)
@pytest.mark.parametrize("data", ["null", '{"f0": null}'])
def test_every_kind_of_graphql_error_is_understood(fake, github, error, trouble, data):
    fake.fail(status=200, raw=f'{{"data": {data}, "errors": [{json.dumps(error)}]}}')
    (answer,) = github.mutate([ADD])
    if data == "null" and "path" in error:
        assert answer.fault.trouble is Trouble.UNSURE
    else:
        assert answer.fault.trouble is trouble


def test_a_query_gives_what_it_has_and_the_first_reason(fake, github):
    answer = github.query(QUERY, {"owner": "octo", "name": "other"})
    assert answer.data == {"repository": None}
    assert answer.fault.trouble is Trouble.MISSING


def test_an_api_that_hangs_is_left_after_a_while(fake, pauses):
    github = GitHub(api_url=fake.url, token=TOKEN, sleep=pauses.append, longest=0.2)
    fake.fail(delay=30)
    fault = github.write(STATUS, BODY).fault
    assert (fault.trouble, fault.message) == (Trouble.UNSURE, "GitHub did not answer within 0 s")
    assert len(fake.requests) == 1


def test_an_api_that_drips_is_left_as_well(fake, pauses):
    github = GitHub(api_url=fake.url, token=TOKEN, sleep=pauses.append, longest=0.4)
    fake.fail(status=200, drip=0.05)
    assert github.write(STATUS, BODY).fault.trouble is Trouble.UNSURE


def test_an_api_that_is_not_there_is_told(pauses):
    github = GitHub(api_url="http://127.0.0.1:9", token=TOKEN, sleep=pauses.append)
    assert github.write(STATUS, BODY).fault.message == "GitHub could not be reached (ConnectionError)"
    assert github.query(QUERY, DEMO).fault.trouble is Trouble.UNSURE
    assert pauses == [1, 2]


@pytest.mark.parametrize("status", [307, 308])
def test_a_repository_that_moved_is_written_to_where_it_is_now(fake, github, status):
    fake.fail(match="^POST /repos/", status=status, headers={"location": "{url}/repositories/1/statuses/{last}"})
    assert github.write(STATUS, BODY).fault is None
    assert [request["path"] for request in fake.requests] == [STATUS, f"/repositories/1/statuses/{HEAD}"]
    assert len(fake.statuses) == 1


def test_a_second_move_is_an_error_and_no_success(fake, github):
    fake.fail(status=307, message="Moved Permanently", headers={"location": "{url}/repositories/1/statuses/{last}"})
    fault = github.write(STATUS, BODY).fault
    assert (fault.trouble, fault.message) == (Trouble.REFUSED, "GitHub answered 307 `Moved Permanently`")
    assert len(fake.requests) == 2


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("there", ["http://127.0.0.2:9", "https://evil.example"])
def test_nothing_is_sent_to_another_host(fake, github, status, there):
    fake.fail(status=status, headers={"location": f"{there}/repos/x/y"})
    fault = github.write(STATUS, BODY).fault
    assert "was not followed" in fault.message
    assert len(fake.requests) == 1


def test_a_read_that_moved_is_followed_on_the_same_host(fake, github):
    fake.fail(
        match="^GET /repos/", status=301, headers={"location": "{url}/repositories/1/commits/" + HEAD + "/statuses"}
    )
    assert github.read(f"/repos/octo/demo/commits/{HEAD}/statuses").data == []


def test_the_token_is_in_no_message_whatever_github_answers(fake, github):
    fake.fail(match="POST /repos", status=422, message=f"your token {TOKEN} is bad")
    fake.fail(status=200, raw=f'{{"data": {{"f0": null}}, "errors": [{{"path": ["f0"], "message": "{TOKEN}"}}]}}')
    assert TOKEN not in github.write(STATUS, BODY).fault.message
    assert TOKEN not in github.mutate([ADD])[0].fault.message
    assert TOKEN not in repr(github)


def test_no_library_writes_to_the_log(fake, github, capfd, caplog):
    fake.fail(status=403, message="::error::forged")
    with caplog.at_level(logging.DEBUG):
        github.write(STATUS, BODY)
    captured = capfd.readouterr()
    assert captured.out + captured.err + caplog.text == ""


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://api.github.com", True),
        ("https://ghes.example/api/v3", True),
        ("http://127.0.0.1:80", True),
        ("http://localhost:80", True),
        ("http://api.github.com", False),
        ("http://127.0.0.1.evil.example", False),
        ("ftp://127.0.0.1", False),
        ("api.github.com", False),
        ("https://", False),
    ],
)
def test_a_token_goes_over_tls_or_to_this_machine_alone(url, may):
    assert usable(url) is may


def test_an_enterprise_server_is_asked_below_its_own_path(fake, pauses):
    github = GitHub(api_url=f"{fake.url}/api/v3/", token=TOKEN, sleep=pauses.append)
    assert github.query(QUERY, DEMO).data == {"repository": {"id": "R_1"}}
    assert github.write(STATUS, BODY).fault is None
    assert [request["path"] for request in fake.requests] == ["/api/graphql", f"/api/v3{STATUS}"]


def test_an_enterprise_server_that_moved_is_found_below_its_own_path(fake, pauses):
    github = GitHub(api_url=f"{fake.url}/api/v3", token=TOKEN, sleep=pauses.append)
    fake.fail(
        match="^POST /api/v3/repos/", status=307, headers={"location": "{url}/api/v3/repositories/1/statuses/{last}"}
    )
    assert github.write(STATUS, BODY).fault is None
    assert fake.requests[-1]["path"] == f"/api/v3/repositories/1/statuses/{HEAD}"


@pytest.fixture
def authority(tmp_path):
    """A certificate of our own making for 127.0.0.1, as a GitHub Enterprise Server may have one."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "our own")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(private)
    return tmp_path


def test_a_certificate_authority_of_one_s_own_is_honoured(authority, pauses):
    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", "24")
            self.end_headers()
            self.wfile.write(b'{"data": {"hello": "x"}}')

        def log_message(self, *_):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "ca.pem", authority / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), Door)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"https://127.0.0.1:{server.server_port}"
    try:
        trusting = GitHub(api_url=url, token=TOKEN, ca_bundle=str(authority / "ca.pem"), sleep=pauses.append)
        assert trusting.query("query { hello }", {}).data == {"hello": "x"}
        strange = GitHub(api_url=url, token=TOKEN, sleep=pauses.append)
        assert "SSL_CERT_FILE" in strange.query("query { hello }", {}).fault.message
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.exceptions.ReadTimeout(), "GitHub did not answer in time"),
        (
            requests.exceptions.ChunkedEncodingError("secret detail"),
            "GitHub could not be reached (ChunkedEncodingError)",
        ),
        (AssertionError("api.example"), "GitHub redirects to another place, which was not followed"),
        (requests.exceptions.SSLError("x"), "GitHub's certificate is not trusted here"),
    ],
)
def test_what_a_library_raises_is_told_in_our_own_words(error, said):
    assert _told(error).startswith(said)
