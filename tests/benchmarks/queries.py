"""What the benchmarks search for: sixty queries as people type them, each with its kind.

All are about entries of `generator.py`. Words range from ones in most entries to ones in a
handful; nothing here depends on the day on which it runs.
"""

from __future__ import annotations

QUERIES: tuple[tuple[str, str], ...] = (
    ("word", "timeout"),
    ("word", "rollback"),
    ("word", "certificate"),
    ("word", "Kubernetes"),
    ("word", "clickhouse"),
    ("word", "CrashLoopBackOff"),
    ("word", "std::bad_alloc"),
    ("word", "payments-api"),
    ("word", "payments-api-7"),
    ("word", "2024-07-18"),
    ("words", "database failover"),
    ("words", "retry storm mobile clients"),
    ("words", "connection pool exhausted"),
    ("words", "packet loss us-east-1"),
    ("words", "expired certificate login"),
    ("words", "replication lag PostgreSQL replica"),
    ("words", "memory leak in the Redis client"),
    ("words", "why did orders fail after the rollout"),
    ("words", "customers could not use checkout because a disk was full"),
    ("words", "alert missing for slow requests on the gateway proxy"),
    ("korean", "장애"),
    ("korean", "인증서"),
    ("korean", "데이터베이스 페일오버"),
    ("korean", "결제 응답 지연"),
    ("korean", "연결 풀 고갈"),
    ("korean", "로그인이 실패했습니다"),
    ("korean", "재시도 폭주로 주문이 늦어진 사례"),
    ("korean", "복제본의 지연 때문에 오래된 데이터가 보임"),
    ("korean", "Kafka 토픽 손상"),
    ("korean", "DB 잠금"),
    ("phrase", '"connection pool"'),
    ("phrase", '"database failover"'),
    ("phrase", '"health checks that removed"'),
    ("phrase", '"상태 페이지"'),
    ("phrase", '"발생한 뒤 복구" OR "인증서의 만료"'),
    ("phrase", '"packet capture" vendor'),
    ("field", "service:payments-api"),
    ("field", "cause:database,network"),
    ("field", "severity:sev1 status:published"),
    ("field", "cause:capacity disk"),
    ("field", "title:outage"),
    ("field", "root-cause:deadlock"),
    ("field", "response:rollback service:checkout-worker"),
    ("field", 'author:"Kim Seoyeon" lock'),
    ("field", "owner:payments is:open"),
    ("date", "date:2024"),
    ("date", "date:2024-07"),
    ("date", "date:2023-01..2024-06 timeout"),
    ("date", "after:2022 before:2023-03 캐시"),
    ("date", "duration:>2h"),
    ("date", "detect-time:>30m cause:traffic"),
    ("date", "sort:newest Kafka"),
    ("negation", "timeout -Redis"),
    ("negation", "failover -cause:database"),
    ("negation", "장애 -결제"),
    ("negation", "(deadlock OR 잠금) -severity:sev4"),
    ("prefix", "replic*"),
    ("prefix", "check* timeout"),
    ("typo", "kuberntes"),
    ("typo", "certifcate~ expired"),
)

COMPARABLE = frozenset({"word", "words", "korean"})
"""The kinds that a yardstick is asked too: as terms joined by OR, which is what we ask as well."""

WHOLE_PROCESS = ("rollback", "Kafka", "deadlock", "장애", "payments-api")
"""The words of `kb search WORD` as a whole process, in turn."""

TYPED = ("k", "ka", "ser", "service:", "service:pay", "카", "데이터", "결제 응", "kafka la", "2024")
"""Queries on the way to be typed, for completion."""
