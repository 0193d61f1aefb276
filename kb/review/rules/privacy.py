"""KB7xx: secrets and personal data, which stay in a repository's history for ever.

Looked for in the whole file, front matter and code included: logs and commands are where they
come from. Names of customers are not found: nothing tells them from other names.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from kb.review.masking import masked
from kb.review.rule import Place, Problem, Rule
from kb.review.secrets import may_hold_one, secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Address, IPv6Address

    from kb.review.subject import Subject

_ENDS_A_KEY = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY")
_LONGEST_KEY = 120
"""Lines that a private key takes at most."""
_RESIDENT = re.compile(
    r"(?<![\d.-])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?[-–] ?[1-8]\d{6}(?![\d-])"
)
_RESIDENT_BARE = re.compile(
    r"번호[은는]?\s{0,2}[:：]?\s{0,2}(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[1-8]\d{6})(?!\d)"
)
_PHONE = re.compile(
    r"(?<![\w.+/=#-])(?:"
    r"\+82[ .-]?\(?0?\)?[ .-]?\d{1,2}[ .-]?\d{3,4}[ .-]?\d{4}"
    r"|01[016789]([-. ])\d{3,4}\1\d{4}|010\d{8}"
    r"|0(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|80|50\d)-\d{3,4}-\d{4}"
    r"|\(0(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4])\) ?\d{3,4}-\d{4}"
    r"|\+(?!82)[1-9]\d{0,2}(?=[ .(-])(?:[ .-]?\(?\d{1,4}\)?){2,5}"
    r"|\([2-9]\d{2}\) ?[2-9]\d{2}-\d{4}|[2-9]\d{2}-[2-9]\d{2}-\d{4}"
    r")(?![\w-]|\.\d|:\d)",
    re.ASCII,
)
_SHORTEST_NUMBER, _LONGEST_NUMBER = 9, 15
"""Digits of a telephone number; the upper bound is that of ITU-T E.164."""
_FICTITIOUS = re.compile(r"555\D?01\d\d$|0000$|1234\D?5678$")
_EMAIL = re.compile(
    r"(?<![\w.%+/:@-])(?P<local>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63})"
    r"@(?P<domain>(?:[A-Za-z0-9-]{1,63}\.){1,8}(?P<top>[A-Za-z]{2,24}))(?![\w@]|\.\w|:[\w~/])",
    re.ASCII,
)
_NO_PERSON = frozenset(
    "abuse admin alerts contact devops git help hello helpdesk info incidents mailer-daemon "
    "marketing news no-reply no_reply noc noreply donotreply do-not-reply notifications ops "
    "partners postmaster press pr privacy root sales security service sre status support "
    "team webmaster user username name someone me you alice bob john.doe jane.doe test".split()
)
"""Local parts that are nobody's: roles, robots and examples."""
_NO_DOMAIN = re.compile(
    r"(?:^|\.)example(?:\.|$)|\.(?:test|invalid|localhost|local|internal|lan|png|jpe?g|gif|svg"
    r"|webp|js|css|md|sh|service|timer)$|gserviceaccount\.com$|^users\.noreply\.github\.com$",
    re.IGNORECASE,
)
_CHAT = re.compile(
    r"https?://(?:[\w-]{1,60}\.(?:enterprise\.)?slack\.com/(?:archives|messages|client|files|app_redirect)"
    r"|app\.slack\.com/client|teams\.microsoft\.com/l/(?:message|channel|chat|meetup-join)"
    r"|(?:ptb\.|canary\.)?discord(?:app)?\.com/channels|t\.me/c|chat\.google\.com/(?:room|dm)"
    r"|[\w-]{1,60}\.(?:jandi|kakaowork|agit)\.(?:com|io)|[\w-]{1,60}\.dooray\.com/messenger)"
    r"(?:/[^\s<>\"'`|)\]]{0,400})?"
)
_IPV4 = re.compile(
    r"(?<![\w.-])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?P<prefix>/\d{1,2})?(?![\w-]|\.\w|/\d)",
    re.ASCII,
)
_IPV6 = re.compile(
    r"(?<![\w:.])(?P<address>(?:[0-9A-Fa-f]{1,4}:){1,7}(?::|:?[0-9A-Fa-f]{1,4})"
    r"(?::[0-9A-Fa-f]{1,4}){0,6})(?P<prefix>/\d{1,3})?(?![\w:])",
    re.ASCII,
)
_EIGHT_GROUPS = re.compile(r"(?::[0-9A-Fa-f]{1,4}){7}")
_VERSION_BEFORE = re.compile(
    r"(?:(?:updat|upgrad|downgrad|bump|patch|roll)\w{0,6} [^,;\n]{0,40}\b(?:to|from)"
    r"|version|versions|ver\.?|v|release|released|build|버전|릴리스|릴리즈|빌드|upgraded? to"
    r"|downgraded? to|[^/:]/|==?|>=?|~)\s{0,2}[`\"'(*]{0,3}$",
    re.IGNORECASE,
)
_KNOWN = frozenset(
    ip_address(one)
    for one in (
        "1.1.1.1 1.0.0.1 8.8.8.8 8.8.4.4 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 "
        "4.2.2.2 168.126.63.1 168.126.63.2 164.124.101.2 203.248.252.2 169.254.169.254 "
        "2606:4700:4700::1111 2606:4700:4700::1001 2001:4860:4860::8888 2001:4860:4860::8844 "
        "2620:fe::fe"
    ).split()
)
"""Public resolvers and the address of cloud metadata: everybody's, so nothing is told."""
_INTERNAL = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""RFC 1918, RFC 6598 and RFC 4193."""
_DOCUMENTATION = tuple(
    ip_network(one)
    for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
"""RFC 5737, RFC 3849 and RFC 9637."""
_UNICAST_V6 = ip_network("2000::/3")


def _secrets(subject: Subject) -> Iterator[Problem]:
    # The whole file is looked at first: nearly all have nothing that could be one.
    if not may_hold_one(subject.whole.text):
        return
    numbered = enumerate(subject.lines, start=1)
    for number, secret in secrets_in(numbered):
        place = subject.part(number, secret.start, secret.end)
        hidden: tuple[Place, ...] = (place,)
        if secret.kind == "private key":
            hidden = (place, *_rest_of_key(subject, number))
            message = "A private key stands here."
        else:
            text = subject.lines[number - 1][secret.start : secret.end]
            message = f"`{_short(text)}` looks like a secret ({secret.kind})."
        help_ = "Revoke it first: it is in the history. Then remove it from the text."
        yield Problem(place, message, help_, level="error", hidden=hidden)


def _short(secret: str) -> str:
    """A masked secret, not longer than a message should be."""
    shown = masked(secret)
    return shown if len(shown) <= 24 else f"{shown[:20]}…"


def _rest_of_key(subject: Subject, number: int) -> Iterator[Place]:
    """The lines of a private key below its first one."""
    last = min(number + _LONGEST_KEY, len(subject.lines))
    end = next(
        (n for n in range(number, last + 1) if _ENDS_A_KEY.search(subject.lines[n - 1])), None
    )
    for inner in range(number + 1, end or number + 1):
        yield subject.part(inner, 0, len(subject.lines[inner - 1]))


def _resident_numbers(subject: Subject) -> Iterator[Problem]:
    whole = subject.whole
    spans = [match.span() for match in _RESIDENT.finditer(whole.text)]
    if "번호" in whole.text:
        spans += [match.span(1) for match in _RESIDENT_BARE.finditer(whole.text)]
    for start, end in spans:
        place = whole.place(start, end)
        shown = f"{whole.text[start : start + 6]}-*******"
        message = f"`{shown}` looks like a resident registration number."
        help_ = "Remove it: keeping one needs a basis in law (Personal Information Protection Act)."
        yield Problem(place, message, help_, level="error", hidden=(place,))


def _phone_numbers(subject: Subject) -> Iterator[Problem]:
    whole = subject.whole
    for match in _PHONE.finditer(whole.text):
        digits = sum(letter.isdigit() for letter in match[0])
        if not _SHORTEST_NUMBER <= digits <= _LONGEST_NUMBER or _FICTITIOUS.search(match[0]):
            continue
        if _in_address(whole.text, match.start()):
            continue
        place = whole.place(match.start(), match.end())
        message = f"`{masked(match[0])}` looks like a phone number."
        help_ = "Name the role or the team, and keep numbers where people are on call."
        yield Problem(place, message, help_, hidden=(place,))


def _in_address(text: str, at: int) -> bool:
    """Whether a match lies in the address of a page, where numbers are ids."""
    start = max(text.rfind("://", max(at - 300, 0), at), text.rfind("](", max(at - 300, 0), at))
    return start >= 0 and not re.search(r"\s", text[start:at])


def _emails(subject: Subject) -> Iterator[Problem]:
    whole = subject.whole
    if "@" not in whole.text:
        return
    for match in _EMAIL.finditer(whole.text):
        local = match["local"].casefold()
        if local.partition("+")[0] in _NO_PERSON or _NO_DOMAIN.search(match["domain"]):
            continue
        if re.fullmatch(r"[\w-]*(?:noreply|no-reply|alerts?|bot|team|support)[\w-]*", local):
            continue
        if _in_address(whole.text, match.start()):
            continue
        place = whole.place(match.start(), match.end())
        shown = f"{match['local'][0]}***@{match['domain']}"
        message = f"`{shown}` is an e-mail address."
        help_ = "Name the role or the team: people leave, and addresses are collected."
        yield Problem(place, message, help_, hidden=(place,))


def _chat_links(subject: Subject) -> Iterator[Problem]:
    whole = subject.whole
    if "://" not in whole.text:
        return
    for match in _CHAT.finditer(whole.text):
        host = match[0].split("/")[2]
        message = f"A link into the chat `{host}` opens for its members only."
        help_ = "Say in the entry what was written there: it may be gone in a year."
        yield Problem(whole.place(match.start(), match.end()), message, help_)


def _public_addresses(subject: Subject) -> Iterator[Problem]:
    for place, address, prefix in _addresses(subject):
        # A network that is announced to everybody tells nothing new.
        if address.is_global and not prefix and address not in _KNOWN:
            message = f"`{address}` is an address on the internet."
            help_ = "Name the system instead: an address tells who it was, or where to attack."
            yield Problem(place, message, help_)


def _private_addresses(subject: Subject) -> Iterator[Problem]:
    told: set[object] = set()
    for place, address, prefix in _addresses(subject):
        network = f"{address}{prefix}" in {str(one) for one in _INTERNAL}
        if not network and address not in told and _within(address, _INTERNAL):
            told.add(address)
            message = f"`{address}{prefix}` is an address of your own network."
            help_ = "Name the system: addresses change, and tell strangers how it is built."
            yield Problem(place, message, help_)


def _within(
    address: IPv4Address | IPv6Address, networks: tuple[object, ...] = _DOCUMENTATION
) -> bool:
    return any(address in network for network in networks)  # type: ignore[operator]  # networks


def _addresses(subject: Subject) -> Iterator[tuple[Place, IPv4Address | IPv6Address, str]]:
    """The addresses in a file that are no version numbers, times or documentation."""
    whole = subject.whole
    patterns = [_IPV4]
    if "::" in whole.text or _EIGHT_GROUPS.search(whole.text):
        patterns.append(_IPV6)
    for pattern in patterns:
        for match in pattern.finditer(whole.text):
            try:
                address = ip_address(match["address"])
            except ValueError:
                continue
            if whole.line_of(match.start()) < subject.body_line:
                continue  # a source may have no other address
            if _within(address) or _is_no_address(whole.text, match, address):
                continue
            yield whole.place(match.start(), match.end()), address, match["prefix"] or ""


def _is_no_address(text: str, match: re.Match[str], address: IPv4Address | IPv6Address) -> bool:
    if address.version == 6:
        return not (_within(address, (_UNICAST_V6, *_INTERNAL)) and match[0].count(":") > 2)
    before = text[max(match.start() - 60, 0) : match.start()]
    if before.endswith("//"):
        return False
    small = all(octet < 40 for octet in address.packed)  # as in 4.19.0.1
    public = not _within(address, _INTERNAL)
    return (small and public) or _VERSION_BEFORE.search(before) is not None


RULES: tuple[Rule, ...] = (
    Rule(
        "KB701",
        "secret",
        "privacy",
        "error",
        "No token, key or password stands in an entry.",
        "A secret that was pushed is known: removing the line does not take it out of the "
        "history. Revoke it, then remove it. Looked for are the forms of known tokens, keys "
        "and passwords that are given a value, and credentials in addresses; not what merely "
        "looks random, since commits and digests do. Reports show its first letters only. An "
        "error in imported entries, too.",
        "## Response\n\nThe job ran with `export AWS_ACCESS_KEY_ID=AKIA" + "Q6FZ2LHTXN4WVB7D`.",
        "## Response\n\nThe job ran with the deployment role.",
        _secrets,
    ),
    Rule(
        "KB702",
        "resident-number",
        "privacy",
        "error",
        "No resident registration number stands in an entry.",
        "A 주민등록번호 may be kept only where a law demands it, and a postmortem is no such "
        "place. Numbers with stars (`900101-1******`) are fine.",
        "## Impact\n\n900101-1234567 고객이 조회되었다.",
        "## Impact\n\n900101-1****** 고객이 조회되었다.",
        _resident_numbers,
    ),
    Rule(
        "KB703",
        "phone-number",
        "privacy",
        "warning",
        "No phone number stands in an entry.",
        "Postmortems are read by everybody and kept for years. Whom to call belongs to the "
        "on-call schedule. Korean numbers, numbers with a country code and North American "
        "ones are found; 1588-xxxx and other lines for the public are not.",
        "## Response\n\n담당자(010-2345-6789)에게 연락했다.",
        "## Response\n\n당직자에게 연락했다.",
        _phone_numbers,
    ),
    Rule(
        "KB704",
        "email-address",
        "privacy",
        "warning",
        "No e-mail address of a person stands in an entry.",
        "A role or a team says who acts, also when people have moved on. Addresses of roles "
        "(`support@`), robots and examples are fine.",
        "## Response\n\nMinji (minji.kim@kakaocorp.com) was paged.",
        "## Response\n\nThe network team (network@example.com) was paged.",
        _emails,
    ),
    Rule(
        "KB705",
        "chat-link",
        "privacy",
        "warning",
        "What was said in a chat is told, not linked.",
        "Links into Slack, Teams, Discord, Jandi or KakaoWork open for members only, and many "
        "teams delete messages after a year: then the entry has lost its evidence.",
        "## Response\n\nSee [the thread](https://acme.slack.com/archives/C01ABC/p1721300040).",
        "## Response\n\nIn the chat the network team reported lost packets at 11:02 KST.",
        _chat_links,
    ),
    Rule(
        "KB706",
        "public-address",
        "privacy",
        "warning",
        "No address of a machine on the internet stands in an entry.",
        "It is either a customer's, which is personal data, or one's own, which is a target. "
        "Networks (`/24`), documentation ranges (RFC 5737), public resolvers and version "
        "numbers are fine.",
        "## Root cause\n\nRequests from 121.53.105.193 filled the queue.",
        "## Root cause\n\nRequests from one client (203.0.113.7) filled the queue.",
        _public_addresses,
    ),
    Rule(
        "KB707",
        "private-address",
        "privacy",
        "note",
        "Systems are named, not told by an address of the own network.",
        "In a year nobody knows which machine 10.20.3.4 was. Each address is told once an entry.",
        "## Root cause\n\nThe proxy 10.20.3.4 had no memory left.",
        "## Root cause\n\nThe proxy of the login service had no memory left.",
        _private_addresses,
    ),
)
