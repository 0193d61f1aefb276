"""What a named thing of the vocabulary is, and the fields that have a fixed set of values.

What changed (`trigger`) is kept apart from why it broke (`causes`), as the SRE Workbook
(appendix C) does; the causes themselves are in `kb.vocabulary.causes`.
"""

from __future__ import annotations

from kb.record import record


@record
class Service:
    """Something people use that can fail.

    Attributes:
        id: the name entries are filed under.
        label: how it is shown, or empty.
        owner: the team or organisation that runs it, or empty.
        aliases: other names, in any language.
        description: one sentence on what it is, or empty.
        url: where more about it is found, or empty.
    """

    id: str
    label: str = ""
    owner: str = ""
    aliases: tuple[str, ...] = ()
    description: str = ""
    url: str = ""


@record
class Cause:
    """A class of causes.

    Attributes:
        id: the name entries are filed under.
        label: how it is shown in English, and in Korean where `label_ko` is empty.
        label_ko: how it is shown in Korean.
        definition: when to use it, to be read after "use when".
        aliases: other names for it, and names of narrower causes that belong under it.
    """

    id: str
    label: str
    label_ko: str = ""
    definition: str = ""
    aliases: tuple[str, ...] = ()


@record
class Term:
    """One value of a field that has a fixed set of them."""

    id: str
    label: str
    label_ko: str = ""
    aliases: tuple[str, ...] = ()


def words(text: str) -> tuple[str, ...]:
    """The names in a text that separates them by a comma and a space."""
    return tuple(text.split(", "))


# Four levels. P0 and P1, and the words for the worst level, are sev1; what other scales put
# below sev4 is sev4. 심각, 경계, 주의, 관심 are the four levels of the Korean national crisis
# alert, highest first.
SEVERITIES: tuple[Term, ...] = (
    Term(
        "sev1",
        "SEV1 (critical)",
        "1등급 (심각)",
        words(
            "sev0, s0, s1, p0, p1, 1, severity 1, level 1, priority 1, critical, crit, blocker, "
            "emergency, urgent, highest, 심각, 치명, 치명적, 긴급, 1등급, 1급, 심각도 1, 레벨 1"
        ),
    ),
    Term(
        "sev2",
        "SEV2 (major)",
        "2등급 (경계)",
        words(
            "s2, p2, 2, severity 2, level 2, priority 2, major, high, serious, 경계, 중대, 높음, "
            "2등급, 2급, 심각도 2, 레벨 2"
        ),
    ),
    Term(
        "sev3",
        "SEV3 (minor)",
        "3등급 (주의)",
        words(
            "s3, p3, 3, severity 3, level 3, priority 3, minor, medium, moderate, normal, 주의, "
            "보통, 중간, 3등급, 3급, 심각도 3, 레벨 3"
        ),
    ),
    Term(
        "sev4",
        "SEV4 (low)",
        "4등급 (관심)",
        words(
            "s4, p4, 4, severity 4, level 4, priority 4, sev5, s5, p5, 5, severity 5, level 5, "
            "priority 5, low, lowest, trivial, cosmetic, informational, near miss, 관심, 경미, "
            "낮음, 4등급, 4급, 5등급, 5급, 심각도 4, 심각도 5, 레벨 4, 레벨 5"
        ),
    ),
)

STATUSES: tuple[Term, ...] = (
    Term("draft", "Draft", "초안", words("wip, work in progress, todo, new, 작성 중, 작성, 임시")),
    Term(
        "in-review",
        "In review",
        "검토 중",
        words("review, reviewing, under review, proposed, 검토, 리뷰, 리뷰 중"),
    ),
    Term(
        "published",
        "Published",
        "발행",
        words(
            "publish, public, final, finished, complete, completed, done, closed, approved, "
            "reviewed, 게시, 공개, 완료, 확정, 최종, 발행됨, 게시됨"
        ),
    ),
)

TRIGGERS: tuple[Term, ...] = (
    Term("deploy", "Deploy", "배포", words("deployment, release, rollout, binary push, 릴리스")),
    Term(
        "config-push",
        "Configuration push",
        "설정 반영",
        words("config, configuration, config change, 설정, 설정 변경, 설정 배포"),
    ),
    Term(
        "traffic-change",
        "Change of traffic",
        "트래픽 변화",
        words("traffic, load, traffic spike, user behavior change, 트래픽, 트래픽 급증, 접속 폭주"),
    ),
    Term(
        "provider-change",
        "Change at a provider",
        "외부 서비스 변경",
        words("provider, service provider change, third party, vendor, 외부, 외부 변경, 협력사"),
    ),
    Term(
        "maintenance",
        "Maintenance",
        "점검 작업",
        words(
            "planned work, maintenance work, upgrade, migration, 점검, 정기 점검, 유지보수, 작업"
        ),
    ),
    Term(
        "scheduled-job",
        "Scheduled job",
        "예약 작업",
        words("cron, cron job, batch, batch job, timer, 배치, 배치 작업, 스케줄, 크론"),
    ),
    Term(
        "expiry",
        "Expiry",
        "만료",
        words("expiration, expired, certificate expiry, 인증서 만료, 기한 만료"),
    ),
    Term(
        "hardware-event",
        "Hardware event",
        "하드웨어 이상",
        words("hardware, hardware failure, power, fire, disaster, 하드웨어, 장비 고장, 정전, 화재"),
    ),
    Term("attack", "Attack", "공격", words("intrusion, DDoS, abuse, 해킹, 침입, 디도스")),
    Term(
        "data-load",
        "Data load",
        "데이터 적재",
        words("data import, import, bad input, data, 데이터, 데이터 입력, 데이터 반입"),
    ),
    Term(
        "manual-action",
        "Manual action",
        "수동 작업",
        words("manual, manual step, operator action, command, 수동, 수작업, 운영자 작업, 명령어"),
    ),
    Term("none", "None (latent)", "없음", words("latent, no trigger, no change, 잠재, 변경 없음")),
    Term("unknown", "Unknown", "미상", words("undetermined, unclear, 불명, 알 수 없음, 조사 중")),
)

DETECTED_BY: tuple[Term, ...] = (
    Term(
        "alert",
        "Alert",
        "경보",
        words(
            "alerts, alarm, alerting, monitor, monitoring, automated, automatic, pager, 알람, "
            "알림, 모니터링, 관제, 자동 감지"
        ),
    ),
    Term(
        "customer",
        "Customer",
        "고객",
        words(
            "customers, customer report, user, users, user report, support, support ticket, "
            "social media, 고객 신고, 고객 문의, 고객센터, 사용자, 사용자 신고, 이용자, "
            "이용자 신고, 민원, VOC"
        ),
    ),
    Term(
        "staff",
        "Staff",
        "직원",
        words(
            "employee, employees, engineer, operator, team, internal, manual, 내부, 내부 직원, "
            "담당자, 운영자, 엔지니어, 임직원"
        ),
    ),
    Term(
        "partner",
        "Partner",
        "협력사",
        words("partners, vendor, provider, third party, 파트너, 제휴사, 외부 업체, 공급업체"),
    ),
    Term("audit", "Audit", "감사", words("review, inspection, scan, 점검, 정기 점검, 실사, 진단")),
)
