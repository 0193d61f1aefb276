"""KB7xx: secrets and personal data: found where they stand, and repeated nowhere."""

from __future__ import annotations

import random
import string
import time

import pytest

from kb.review.masking import mask_of, masked
from kb.review.rules import RULES, problems
from kb.review.secrets import may_hold_one
from tests.review_examples import entry_of, found, found_at, read

_CHANCE = random.Random(7)


def _letters(count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Letters of which no scanner knows; put together here so that no file holds a token."""
    return "".join(_CHANCE.choices(alphabet, k=count))


HEX = "0123456789abcdef"
AWS = "AKIA" + _letters(16, string.ascii_uppercase + string.digits)
SECRETS = {
    "aws": AWS,
    "github": "ghp_" + _letters(36),
    "github fine": "github_pat_" + _letters(22) + "_" + _letters(59),
    "gitlab": "glpat-" + _letters(20),
    "slack": "xoxb-" + "123456789012-123456789012-" + _letters(24),
    "slack hook": "https://hooks.slack.com/services/T"
    + _letters(8)
    + "/B"
    + _letters(8)
    + "/"
    + _letters(24),
    "stripe": "sk_live_" + _letters(24),
    "openai": "sk-proj-A1" + _letters(46),
    "google": "AIza" + _letters(35),
    "npm": "npm_" + _letters(36),
    "pypi": "pypi-AgE" + _letters(80),
    "telegram": "1234567890:AA" + _letters(33),
    "sendgrid": "SG." + _letters(22) + "." + _letters(43),
    "vault": "hvs." + _letters(30),
    "kakao": "KakaoAK " + "a1" + _letters(30, HEX),
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("around", ["used {} by hand", "```\nexport X={}\n```", "토큰 `{}`을 썼다"])
def test_tokens_are_found_in_prose_and_in_code(name: str, around: str) -> None:
    secret = SECRETS[name]
    subject = read(entry_of(f"## Response\n\n{around.format(secret)}"))
    [(line, text)] = found_at(subject, "KB701")
    assert text in secret
    assert len(text) > 12
    assert text in subject.lines[line - 1]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('password = "hunter2!"', "hunter2!"),
        ("PASSWORD=hunter2x", "hunter2x"),
        ("비밀번호: qwer1234!", "qwer1234!"),
        ("`DB_PASSWORD: s3cr3tValue`", "s3cr3tValue"),
        ("postgres://app:Tr0ub4dor@db.internal:5432/app", "Tr0ub4dor"),
        ("Authorization: Bearer 1f2e3d4c5b6a79887766", "1f2e3d4c5b6a79887766"),
        ("-----BEGIN RSA PRIVATE KEY-----", "BEGIN RSA PRIVATE KEY"),
    ],
)
def test_passwords_and_keys_are_found(text: str, secret: str) -> None:
    subject = read(entry_of(f"## Response\n\n```\n{text}\n```"))
    assert [shown for _, shown in found_at(subject, "KB701")] == [secret]


@pytest.mark.parametrize(
    "text",
    [
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7",
        "request 123e4567-e89b-12d3-a456-426614174000",
        "https://status.cloud.google.com/incidents/eo76pxZiDgWVz4z3kmUv",
        "[news](https://n.example/view.html?idxno=125444&key=20221207010003407)",
        "AKIAIOSFODNN7EXAMPLE",
        'password = "<password>"',
        "password: ********",
        'password = "${DB_PASSWORD}"',
        "the password was reset, and the token expired",
        "password: unknown",
        "비밀번호는 변경되었다",
        "secret: the link was never tested",
        "gke-prod-a-ssd-pool-32-134a959a-p2kz",
        "Kubernetes secret docker-push-secret was missing",
        "postgres://user:password@host/db",
        "https://abc:123x@api.example.com/",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert found(read(entry_of(f"## Response\n\n{text}\n\n```\n{text}\n```")), "KB701") == []


def test_a_secret_is_an_error_in_an_imported_entry_too() -> None:
    subject = read(entry_of(f"imported: true\n\n## Response\n\nkey {AWS}"))
    assert [one.level for one in found(subject, "KB701")] == ["error"]


def test_no_message_and_no_quoted_line_repeats_what_is_hidden() -> None:
    hidden = [AWS, "010-2345-6789", "900101-1234567", "minji.kim@kakaocorp.com"]
    body = f"TODO: ask {hidden[3]} ({hidden[1]}), {hidden[2]}, {AWS}, see [here](https://a.example/{AWS})"
    subject = read(entry_of(f"## Response\n\n{body}"))
    met = [problem for _, problem in problems(subject)]
    mask = mask_of(subject.lines, met)
    assert len(met) > 4
    for problem in met:
        shown = mask.problem(problem)
        line = mask.line(problem.place.line)
        for text in hidden:
            assert text not in shown.message + shown.help + line
        assert len(line) == len(subject.lines[problem.place.line - 1])
    assert mask.text(f"in {AWS}.") == f"in {masked(AWS)}."


def test_all_lines_of_a_private_key_are_hidden() -> None:
    inner = [_letters(64) for _ in range(3)]
    key = "\n".join(["-----BEGIN PRIVATE KEY-----", *inner, "-----END PRIVATE KEY-----"])
    subject = read(entry_of(f"## Response\n\n```\n{key}\n```"))
    mask = mask_of(subject.lines, found(subject, "KB701"))
    shown = "\n".join(mask.line(number) for number in range(1, len(subject.lines) + 1))
    assert not any(line[4:] in shown for line in inner)


def test_a_fix_that_repeats_a_secret_is_not_shown() -> None:
    subject = read(entry_of(f"## Response\n\nRun it with <{AWS}>, see [aa] (https://a.example)."))
    mask = mask_of(subject.lines, found(subject, "KB701"))
    [hidden] = found(subject, "KB910")
    [harmless] = found(subject, "KB804")
    assert hidden.fix
    assert mask.problem(hidden).fix is None
    assert mask.problem(harmless).fix == harmless.fix


def test_masks_keep_the_length() -> None:
    assert masked("abc") == "***"
    assert masked("a" * 16) == "aaaa" + "*" * 12
    assert mask_of((), ()).line(3) == ""


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("주민등록번호 900101-1234567", ["900101-1234567"]),
        ("850229 - 2345678 고객", ["850229 - 2345678"]),
        ("주민번호: 9001011234567", ["9001011234567"]),
        ("900101-1******", []),
        ("901301-1234567", []),
        ("id 1900101-12345678", []),
        ("1721300040000", []),
        ("INC-240718-1054321x", []),
    ],
)
def test_resident_numbers_are_found(text: str, numbers: list[str]) -> None:
    subject = read(entry_of(f"## Impact\n\n{text}"))
    assert [shown for _, shown in found_at(subject, "KB702")] == numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("010-2345-6789로 연락", ["010-2345-6789"]),
        ("010.2345.6789", ["010.2345.6789"]),
        ("01023456789 문자", ["01023456789"]),
        ("02-312-4567, 031-123-4567", ["02-312-4567", "031-123-4567"]),
        ("+82 10-2345-6789", ["+82 10-2345-6789"]),
        ("+1 415 867 5309", ["+1 415 867 5309"]),
        ("(415) 867-5309", ["(415) 867-5309"]),
        ("+44 20 7946 0958", ["+44 20 7946 0958"]),
        ("+1 (415) 555-0123", []),
        ("010-1234-5678", []),
        ("1588-1234", []),
        ("2024-07-18 10:54", []),
        ("from 10:54 to 12:20 +09:00", []),
        ("UTC+0900", []),
        ("+12,000,000 rows, +123 %", []),
        ("https://n.example/2024-867-5309 and [a](b/415-867-5309)", []),
        ("order 2024-0718-123456", []),
        ("10.2.3.4", []),
        ("1000-2000-3000", []),
    ],
)
def test_phone_numbers_are_found(text: str, numbers: list[str]) -> None:
    subject = read(entry_of(f"## Impact\n\n{text}"))
    assert [shown for _, shown in found_at(subject, "KB703")] == numbers


@pytest.mark.parametrize(
    ("text", "mails"),
    [
        ("minji.kim@kakaocorp.com 담당", ["minji.kim@kakaocorp.com"]),
        ("<j.doe+x@mail.co.kr>", ["j.doe+x@mail.co.kr"]),
        ("[mail](mailto:kim@naver.com)", []),
        ("support@kakaocorp.com, no-reply@x.com, network@example.com", []),
        ("git@github.com:kakao/kb.git", []),
        ("root@ip-10-0-0-1.ec2.internal", []),
        ("image@2x.png, kb@1.2.3, @here", []),
        ("deploy@prod-1.iam.gserviceaccount.com", []),
        ("https://user@host.com/x", []),
    ],
)
def test_mail_addresses_of_persons_are_found(text: str, mails: list[str]) -> None:
    subject = read(entry_of(f"## Impact\n\n{text}"))
    assert [shown for _, shown in found_at(subject, "KB704")] == mails


@pytest.mark.parametrize(
    ("address", "is_chat"),
    [
        ("https://acme.slack.com/archives/C01/p17213", True),
        ("https://teams.microsoft.com/l/message/19:a/1", True),
        ("https://discord.com/channels/1/2/3", True),
        ("https://acme.jandi.com/app/#!/room/1", True),
        ("https://discord.com/blog/outage", False),
        ("https://slack.com/help", False),
        ("https://status.slack.com/2024-07", False),
        ("https://open.kakao.com/o/abc", False),
    ],
)
def test_links_into_chats_are_found(address: str, is_chat: bool) -> None:  # noqa: FBT001 - a table
    subject = read(entry_of(f"## Impact\n\nSee [the thread]({address})."))
    assert [shown for _, shown in found_at(subject, "KB705")] == [address] * is_chat


@pytest.mark.parametrize(
    ("text", "public", "private"),
    [
        ("121.53.105.193 and 211.249.40.7:443", ["121.53.105.193", "211.249.40.7"], []),
        ("http://121.53.105.193/x", ["121.53.105.193"], []),
        ("2404:4600:1:2::7 answered", ["2404:4600:1:2::7"], []),
        ("10.20.3.4, 192.168.0.7, 172.16.5.5:8080", [], ["10.20.3.4", "192.168.0.7", "172.16.5.5"]),
        ("fd12:3456:789a::1", [], ["fd12:3456:789a::1"]),
        ("10.20.3.4 10.20.3.4", [], ["10.20.3.4"]),
        ("10.20.0.0/16", [], ["10.20.0.0/16"]),
        ("10.0.0.0/8, 121.53.105.0/24", [], []),
        ("203.0.113.7, 198.51.100.1, 2001:db8::1", [], []),
        ("1.1.1.1, 8.8.8.8, 127.0.0.1, 0.0.0.0, 169.254.169.254", [], []),
        ("version 131.0.6778.85, v121.53.105.193", [], []),
        ("updated V8 from 9.6.180.14 to 10.7.193.13", [], []),
        ("4.19.0.1 kernel, 버전 10.20.3.4", [], []),
        ("10:54:22, 12:20::, std::bad_alloc, aa:bb:cc:dd:ee:ff", [], []),
        ("999.1.2.3, 1.2.3, 1.2.3.4.5", [], []),
    ],
)
def test_addresses_are_told_from_versions_and_times(
    text: str, public: list[str], private: list[str]
) -> None:
    subject = read(entry_of(f"## Impact\n\n{text}"))
    assert [shown for _, shown in found_at(subject, "KB706")] == public
    assert [shown for _, shown in found_at(subject, "KB707")] == private


@pytest.mark.parametrize(
    "piece", ["a1B2", "password=", "a@", "010-", "1.2.", "::1", "x://a:b@", "eyJ.", "9 ", "+1 "]
)
def test_a_hostile_line_costs_little(piece: str) -> None:
    subject = read(entry_of(f"## Impact\n\n{piece * (100_000 // len(piece))}"))
    start = time.process_time()
    for rule in RULES:
        if rule.family == "privacy":
            list(rule.check(subject))
    assert time.process_time() - start < 10  # in quadratic time it would be hours


def test_most_text_is_never_held_against_the_library() -> None:
    assert not may_hold_one(entry_of())
    assert may_hold_one(f"x {AWS}")
