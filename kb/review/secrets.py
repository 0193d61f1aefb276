"""Secrets in a text: tokens, keys and passwords, by detect-secrets and a few patterns beside it.

Only detectors that know the shape of a secret are asked. Those that measure entropy find every
commit, digest and trace id, of which postmortems are full. The library takes 0.2 s to load, so
it is loaded only where a line holds anything that could be one; a token of 20 characters with
letters and digits in one run, a key or password that is given a value, credentials in an
address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 1000
"""Characters that the library is given at once: some of its patterns are quadratic."""
_OVERLAP = 200
_MOST_PIECES = 500
"""What the library is asked in one entry, so that a hostile one costs little."""

# Any secret that is known makes its line hold one of these. A run of letters and digits that is
# all hexadecimal, or has its digits in one place, is a digest or an id, no secret by itself.
_RUN = re.compile(r"[A-Za-z0-9]{14,}")
_HARMLESS_RUN = re.compile(r"[A-Za-z]*[0-9]*[A-Za-z]*|[a-z]?[0-9a-f]+")
_WORDS = tuple(
    "pass pwd secret token :// PRIVATE glpat xox xapp sk- hf_ _key -key Key apikey KEY "
    "PASS SECRET TOKEN Pass Secret Token AKIA ASIA AIza eyJ KakaoAK Signature earer "
    "EARER asic hooks gh pypi-AgE npm_ hvs. 비밀번호 패스워드 암호 시크릿 토큰 key: key=".split()
)
_GIVEN = re.compile(
    r"PRIVATE KEY|PuTTY-User-Key"
    r"|://[^\s/:@]{0,100}:[^\s/@]{1,200}@"
    r"|\b(?:xox[a-z]|xapp|gl(?:pat|ptt|rt|cbt|dt|ft|soat|agent|imt)|sk|hf)[-_]|\b(?:gh[a-z]|npm)_"
    r"|KakaoAK|X-Amz-Signature|hooks\.slack\.com/services|(?:[Bb]earer|[Bb]asic|BEARER|BASIC)\s"
    r"|\b(?:AKIA|ASIA|ABIA|ACCA|AIza|eyJ|github_pat|pypi-AgE|hvs\.)"
    r"|(?i:pass|pwd|secret|token|key)\w{0,20}[\"'`\])]{0,2}\s{0,3}(?:[:=(]|is\b)"
    r"|(?:비밀번호|패스워드|암호|시크릿|토큰)[은는이가]?\s{0,3}[:：=`\"'(]",
    re.ASCII,
)

_KEYWORD = "password"


def _ascii(pattern: str) -> re.Pattern[str]:
    """A pattern to which Hangul is no letter: a particle may stand right beside a token."""
    return re.compile(pattern, re.ASCII)


# What the library does not know; of each the vendor's documentation gives the form.
_MORE: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "GitHub token",
        _ascii(r"\b(?:github_pat_[A-Za-z0-9_]{22,255}|gh[pousr]_[A-Za-z0-9]{36,255})"),
    ),
    ("private key", _ascii(r"BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?")),
    (
        "GitLab token",
        _ascii(r"\bgl(?:pat|ptt|rt|cbt|dt|ft|soat|agent|imt)-[A-Za-z0-9_.-]{20,100}"),
    ),
    (
        "API key of a model provider",
        _ascii(r"\bsk-(?=[\w-]{0,60}[A-Z])(?=[\w-]{0,60}\d)[A-Za-z0-9_-]{20,200}"),
    ),
    ("Google API key", _ascii(r"\bAIza[A-Za-z0-9_-]{35}")),
    ("Google OAuth secret", _ascii(r"\bGOCSPX-[A-Za-z0-9_-]{28}")),
    ("PyPI token", _ascii(r"\bpypi-AgE[A-Za-z0-9_-]{40,250}")),
    ("npm token", _ascii(r"\bnpm_[A-Za-z0-9]{36}")),
    ("Telegram bot token", _ascii(r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}")),
    ("Slack token", _ascii(r"\bxapp-\d-[A-Z0-9]{8,20}-\d{8,20}-[a-f0-9]{40,80}")),
    ("Vault token", _ascii(r"\bhvs\.[A-Za-z0-9_-]{24,200}")),
    ("Hugging Face token", _ascii(r"\bhf_[A-Za-z]{34}(?!\w)")),
    ("Kakao API key", _ascii(r"\bKakaoAK\s{1,3}(?P<value>[0-9a-f]{32})")),
    (
        "Discord webhook",
        _ascii(r"\bdiscord(?:app)?\.com/api/webhooks/\d{15,22}/(?P<value>[\w-]{60,80})"),
    ),
    ("AWS signature", _ascii(r"X-Amz-Signature=(?P<value>[0-9a-f]{64})")),
    (
        "credential in a header",
        _ascii(
            r"(?i:authorization:?\s{0,3}[\"']?(?:bearer|basic)\s{1,3})"
            r"(?P<value>(?=[\w.+/=~-]{0,80}\d)[\w.+/=~-]{16,500})"
        ),
    ),
    (
        _KEYWORD,
        _ascii(
            r"(?i:(?<![A-Za-z])(?:[A-Za-z]{1,20}[_-])?(?:password|passwd|pwd|passphrase)"
            r"|비밀번호|패스워드|암호)"
            r"[\"'`*]{0,3}\s{0,3}(?:[:：=]|[은는]\s|\bis\b)\s{0,3}"
            r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;|<>(){}\[\]]{6,80})"
        ),
    ),
)
_ATTACHED = "password of an address"
_EXAMPLE_HOST = re.compile(r"@(?:[\w-]{1,60}\.)?(?:example|test|invalid)\b|@(?:host|hostname)\b")
_PLACEHOLDER = re.compile(
    r"example|\*{3}|x{4}|X{4}|\.{3}|…|dummy|placeholder|redacted|removed|changeme|your[_-]?"
    r"|^(?:password|passwd|pwd|secret|token|pass|user|key)$|^[$%<{]|[>}]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a line, at the characters `start` to `end` (from 0, end excluded)."""

    kind: str
    start: int
    end: int


class _Detector(Protocol):
    secret_type: str

    def analyze_string(self, string: str) -> Iterable[str]: ...


def may_hold_one(text: str) -> bool:
    """Whether anything in a text could be a secret; quick, and true too often."""
    if any(_HARMLESS_RUN.fullmatch(run) is None for run in _RUN.findall(text)):
        return True
    return any(word in text for word in _WORDS) and _GIVEN.search(text) is not None


def secrets_in(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, Secret]]:
    """The secrets in lines, given and told with their numbers; in a line from left to right.

    Of secrets that overlap only the first is told, of those the longest.
    """
    left = _MOST_PIECES
    for number, line in lines:
        if not may_hold_one(line):
            continue
        found: list[Secret] = []
        for offset in range(0, max(len(line) - _OVERLAP, 1), _LONGEST - _OVERLAP):
            piece = line[offset : offset + _LONGEST]
            if left <= 0:
                break
            if offset and not may_hold_one(piece):
                continue
            left -= 1
            found += (Secret(s.kind, s.start + offset, s.end + offset) for s in _in_piece(piece))
        last = 0
        for secret in sorted(found, key=lambda one: (one.start, -one.end)):
            if secret.start >= last:
                last = secret.end
                yield number, secret


def _in_piece(text: str) -> Iterator[Secret]:
    for kind, pattern in _MORE:
        for match in pattern.finditer(text):
            name = "value" if "value" in pattern.groupindex else 0
            value = match[name].rstrip(".") if kind == _KEYWORD else match[name]
            if _counts(value, kind):
                yield Secret(kind, match.start(name), match.start(name) + len(value))
    for detector in _detectors():
        for value in detector.analyze_string(text):
            at = text.find(value)
            kind = _kind(detector.secret_type)
            if kind == _ATTACHED and _EXAMPLE_HOST.match(text, at + len(value)):
                continue
            if value and at >= 0 and _counts(value, kind):
                yield Secret(kind, at, at + len(value))


def _counts(value: str, kind: str) -> bool:
    """Whether a value is a secret, and no word that stands for one."""
    if _PLACEHOLDER.search(value):
        return False
    if kind == _KEYWORD:
        return _is_random(value)
    return kind != _ATTACHED or not value.isalpha() or len(value) >= 8


def _is_random(value: str) -> bool:
    """Whether a password's value is no word of a sentence: letters with digits or signs."""
    if not value.isascii() or len(value) < 6 or " " in value or "://" in value:
        return False
    return any(c.isalpha() for c in value) and (
        any(c.isdigit() for c in value) or any(c in "!@#$%^&*?~" for c in value[:-1])
    )


def _kind(type_: str) -> str:
    known = {
        "Secret Keyword": _KEYWORD,
        "Basic Auth Credentials": _ATTACHED,
        "Private Key": "private key",
        "AWS Access Key": "AWS key",
        "GitHub Token": "GitHub token",
        "Slack Token": "Slack token",
        "Stripe Access Key": "Stripe key",
        "Twilio API Key": "Twilio key",
        "NPM tokens": "npm token",
    }
    return known.get(type_, type_)


@cache
def _detectors() -> tuple[_Detector, ...]:
    from detect_secrets.plugins.artifactory import ArtifactoryDetector
    from detect_secrets.plugins.aws import AWSKeyDetector
    from detect_secrets.plugins.azure_storage_key import AzureStorageKeyDetector
    from detect_secrets.plugins.basic_auth import BasicAuthDetector
    from detect_secrets.plugins.cloudant import CloudantDetector
    from detect_secrets.plugins.discord import DiscordBotTokenDetector
    from detect_secrets.plugins.github_token import GitHubTokenDetector
    from detect_secrets.plugins.ibm_cloud_iam import IbmCloudIamDetector
    from detect_secrets.plugins.ibm_cos_hmac import IbmCosHmacDetector
    from detect_secrets.plugins.jwt import JwtTokenDetector
    from detect_secrets.plugins.keyword import KeywordDetector
    from detect_secrets.plugins.mailchimp import MailchimpDetector
    from detect_secrets.plugins.npm import NpmDetector
    from detect_secrets.plugins.private_key import PrivateKeyDetector
    from detect_secrets.plugins.sendgrid import SendGridDetector
    from detect_secrets.plugins.slack import SlackDetector
    from detect_secrets.plugins.softlayer import SoftlayerDetector
    from detect_secrets.plugins.square_oauth import SquareOAuthDetector
    from detect_secrets.plugins.stripe import StripeDetector
    from detect_secrets.plugins.twilio import TwilioKeyDetector

    return (
        PrivateKeyDetector(),
        AWSKeyDetector(),
        AzureStorageKeyDetector(),
        GitHubTokenDetector(),
        SlackDetector(),
        StripeDetector(),
        TwilioKeyDetector(),
        SendGridDetector(),
        NpmDetector(),
        DiscordBotTokenDetector(),
        SquareOAuthDetector(),
        MailchimpDetector(),
        JwtTokenDetector(),
        ArtifactoryDetector(),
        CloudantDetector(),
        IbmCloudIamDetector(),
        IbmCosHmacDetector(),
        SoftlayerDetector(),
        BasicAuthDetector(),
        KeywordDetector(),
    )
