"""What generated entries are written from: words and sentences, English and Korean.

All of it was written for this file. Names in braces are slots that `generator.py` fills. In
Korean sentences a slot may end in a particle (`{service:은}`): the form that fits the word before
it is written. The lists stand in order of frequency: the first items are drawn most often, as
words are in real text.
"""

from __future__ import annotations

SERVICE_STEMS = (
    "payments checkout orders login search-index catalogue inventory notifications billing "
    "accounts sessions gateway media-upload thumbnails recommendations shipping ledger fraud-check "
    "coupons reviews chat push-relay mail-out geocoder pricing tax-rules exports reports audit-log "
    "feature-flags scheduler config-store object-store event-bus metrics-intake log-intake "
    "identity partner-sync refunds storefront"
).split()
SERVICE_TAILS = ("api", "worker", "web", "db", "proxy", "cache", "batch")
SERVICE_KOREAN = (
    "결제 장바구니 주문 로그인 검색색인 상품목록 재고 알림 청구 회원 세션 관문 업로드 미리보기 "
    "추천 배송 원장 이상거래탐지 쿠폰 후기 채팅 푸시중계 메일발송 주소변환 가격 세금 내보내기 "
    "보고서 감사기록 기능전환 예약작업 설정저장소 객체저장소 이벤트버스 지표수집 로그수집 "
    "본인확인 제휴연동 환불 매장"
).split()
TEAMS = (
    "platform payments storage network identity search mobile data reliability security "
    "storefront messaging logistics finance partner growth"
).split()
TEAMS_KOREAN = (
    "플랫폼팀 결제팀 저장소팀 네트워크팀 인증팀 검색팀 모바일팀 데이터팀 안정성팀 보안팀 매장팀 "
    "메시지팀 물류팀 재무팀 제휴팀 성장팀"
).split()
PEOPLE = (
    "Kim Seoyeon, Lee Dohyun, Park Jiwoo, Choi Minjun, Jung Haeun, Maria Lindqvist, Tomas Novak, "
    "Aisha Bello, Han Jisoo, Oh Taeyang, Priya Raman, Lucas Ferreira, Yoon Gaeul, Elena Petrova, "
    "Sam Whitaker, Noor Haddad, Shin Yuna, Bae Junho, Olga Marin, Peter Asante"
).split(", ")
TAGS = (
    "rollback monitoring dns retries capacity runbook failover cache queue certificate migration "
    "quota replication canary alerting timeout deadlock memory disk kernel proxy index backup "
    "feature-flag schema throttling garbage-collection load-test paging autoscaling"
).split()
REGIONS = (
    "ap-northeast-2 us-east-1 eu-west-1 ap-northeast-1 us-west-2 eu-central-1 ap-southeast-1 "
    "sa-east-1 ca-central-1 me-south-1"
).split()
TECHNOLOGY = (
    "PostgreSQL Kubernetes Redis Kafka Nginx MySQL Envoy Elasticsearch Terraform gRPC RabbitMQ "
    "HAProxy etcd Consul Cassandra Istio MongoDB Prometheus Grafana Vault Memcached Flink Airflow "
    "ZooKeeper CoreDNS systemd Varnish Ceph Argo Jenkins ClickHouse Spark Linkerd Fluentd BIND "
    "Keepalived Hadoop Pulsar InnoDB Helm Ansible Squid OpenSSL glibc iptables conntrack JVM"
).split()
ERRORS = (
    "timeout connection-refused HTTP_503 HTTP_502 HTTP_500 out-of-memory deadlock disk-full "
    "too-many-connections HTTP_429 EOFError ECONNRESET SIGKILL NullPointerException "
    "certificate-expired SERVFAIL NXDOMAIN HTTP_504 lock-wait-exceeded ETIMEDOUT std::bad_alloc "
    "TLS-handshake-failure checksum-mismatch segmentation-fault quota-exceeded stale-read "
    "permission-denied CrashLoopBackOff ImagePullBackOff split-brain EMFILE ENOSPC "
    "replication-broken schema-mismatch clock-skew unknown-field KeyError UnicodeDecodeError"
).split()
SYLLABLES = (
    "to ri pi ni lo mi le ze so me li ta va ne sa po re wa ho ti ke ba vi nu bi do ge lu we di pa "
    "ko ka ve su te he fa fi ro ra pe tu za go de fe gu ki mu mo ga bo ru si ha na la be bu da du "
    "zo se fo no ma"
).split()

# Cause -> what was at fault, as a noun phrase in English and in Korean.
FAULTS: dict[str, tuple[tuple[str, str], ...]] = {
    "config-change": (
        ("a wrong value for `{key}`", "`{key}` 값의 오설정"),
        (
            "a routing rule that was pushed to every region at once",
            "모든 리전에 한꺼번에 반영된 라우팅 규칙",
        ),
        ("a feature flag switched on for everybody", "전체 사용자에게 켜진 기능 플래그"),
    ),
    "code-defect": (
        (
            "an unhandled {error} in the `{symbol}` class",
            "`{symbol}` 클래스가 처리하지 못한 {error}",
        ),
        ("a memory leak in the {technology} client", "{technology} 클라이언트의 메모리 누수"),
        ("an off-by-one error in pagination", "페이지 계산의 경계값 버그"),
    ),
    "deployment": (
        (
            "a rollout that stopped half way at version {version}",
            "버전 {version}에서 중간에 멈춘 배포",
        ),
        ("a migration that ran before the code that needs it", "코드보다 먼저 실행된 마이그레이션"),
    ),
    "dependency": (
        ("an outage of the {technology} provider", "{technology} 공급사의 장애"),
        ("a change in the answer of a partner's API", "제휴사 API의 응답 형식 변경"),
    ),
    "capacity": (
        ("a full disk on `{host}`", "`{host}` 디스크의 용량 부족"),
        ("an exhausted connection pool", "연결 풀의 고갈"),
        ("a quota that nobody had raised since {year}", "{year}년 이후 조정되지 않은 할당량"),
    ),
    "traffic": (
        ("a spike of requests after a television spot", "방송 광고 직후의 요청 급증"),
        ("a retry storm from older mobile clients", "구버전 앱이 일으킨 재시도 폭주"),
    ),
    "cascading-failure": (
        ("health checks that removed every healthy node", "정상 노드까지 모두 제외한 상태 검사"),
        ("restarts in lock-step that emptied the cache", "동시 재시작으로 비워진 캐시"),
    ),
    "network": (
        ("packet loss between {region} and {region2}", "{region:과} {region2} 사이의 패킷 손실"),
        ("a resolver that answered {error}", "{error}를 응답한 DNS 서버"),
        ("a route leak at an upstream carrier", "상위 통신사의 경로 유출"),
    ),
    "database": (
        ("a long lock on the table `{table}`", "`{table}` 테이블의 긴 잠금"),
        ("replication lag on the {technology} replicas", "{technology} 복제본의 지연"),
        (
            "a database failover that took the wrong replica",
            "잘못된 복제본으로 넘어간 데이터베이스 페일오버",
        ),
    ),
    "data": (
        (
            "duplicate rows in `{table}` from an import",
            "적재 과정에서 생긴 `{table}`의 중복 데이터",
        ),
        ("a corrupt segment in the {technology} topic", "{technology} 토픽의 손상된 세그먼트"),
    ),
    "hardware-power": (
        ("a failed power supply in rack {rack}", "{rack}번 랙 전원 장치의 고장"),
        ("a broken memory module in `{host}`", "`{host}` 메모리 모듈의 불량"),
    ),
    "certificate-time": (
        ("an expired certificate on `{host}`", "`{host}` 인증서의 만료"),
        ("a clock that ran ahead after a leap second", "윤초 이후 앞서간 시계"),
    ),
    "auth-secret": (
        (
            "a rotated secret that one worker had not read",
            "작업 서버 한 대가 읽지 못한 교체된 비밀키",
        ),
        ("a permission missing from the role `{symbol}`", "`{symbol}` 역할에서 빠진 권한"),
    ),
    "security": (
        ("stolen credentials of a build account", "유출된 빌드 계정의 자격 증명"),
        ("a malicious package in the build", "빌드에 섞인 악성 패키지"),
    ),
    "process": (
        ("a manual step left out of the runbook", "운영 절차서에서 빠진 수동 작업"),
        ("a change made outside the maintenance window", "점검 시간 밖에서 이루어진 변경"),
    ),
}

SYMPTOMS = (
    ("outage", "장애"),
    ("slow responses", "응답 지연"),
    ("errors at checkout", "결제 오류"),
    ("failed logins", "로그인 실패"),
    ("missing messages", "메시지 누락"),
    ("stale search results", "검색 결과 갱신 중단"),
    ("lost uploads", "업로드 유실"),
    ("double charges", "이중 결제"),
    ("delayed notifications", "알림 지연"),
    ("unreachable dashboard", "관리 화면 접속 불가"),
    ("empty pages", "빈 화면 표시"),
    ("wrong prices", "가격 오표시"),
)

SUMMARY = (
    "From {t0} to {t3} {service} answered {percent}% of requests with {error} after {fault}.",
    "Customers met {symptom} for {minutes} minutes after {fault}.",
    "{fault:^} led to {symptom} in {region}; {service2}, which calls {service}, failed as well.",
    "A page at {t1} turned out to be {fault}, which {codename} had not been built to survive.",
    "The team on call restored {service} by hand once {host} was known to be at fault.",
    "No data was lost, but {count} requests had to be sent again.",
)
IMPACT = (
    "About {count} customers could not use {service}; {percent}% of all requests failed.",
    "{count} orders were delayed by up to {minutes} minutes and delivered later.",
    "Support received {small} tickets, most of them about {symptom}.",
    "Requests that went through {host} saw a p99 latency of {count} ms.",
    "Readers in {region2} saw cached pages and noticed nothing.",
    "The {codename} pipeline fell {minutes} minutes behind and caught up by {t3}.",
    "{small} partners who use the export of {service2} got files without rows.",
    "The error budget of {service} for the quarter was spent: {percent}% in one incident.",
)
ROOT_CAUSE = (
    "The immediate cause was {fault}. It had been there since version {version}.",
    "{technology} on {host} held its connections open, so that {service} ran out of workers.",
    "The default of `{key}` is {small}; under load that is reached within {minutes} minutes.",
    "Each retry of `{symbol}` opened a new transaction on `{table}`, and locks piled up.",
    "Monitoring looked at the average and not at the slowest requests, which hid the {error} rate.",
    "The test environment has {small} rows in `{table}`; production has {count}.",
    "The dependency on {service2} was not known to the people who planned the change.",
    "A safeguard in {codename} that would have stopped it was switched off in {year}.",
    "Log lines with code {code} had appeared for {small} days, but no alert was set on them.",
    "When {host} restarted, it read an old snapshot and announced itself as the leader.",
)
RESPONSE = (
    "The change was rolled back at {t2} and {service} recovered within {small} minutes.",
    "Traffic was moved from {region} to {region2} while {host} was taken out of rotation.",
    "The on-call engineer raised `{key}` to {count} and restarted the workers one by one.",
    "A first attempt, clearing the {technology} cache, made things worse and was stopped.",
    "The status page was updated {small} times; the first notice went out at {t1}.",
    "{team:^} and the vendor went through a packet capture and found {error}.",
    "Retries were limited at the gateway, which brought the load on `{table}` down to {percent}%.",
    "An idle replica was promoted after its checksum had been compared with {host}.",
)
FOLLOW_UPS = (
    "Alert on {error} from {service}",
    "Add a limit to retries in `{symbol}`",
    "Write the runbook for a failover of {technology}",
    "Stage changes to `{key}` region by region",
    "Raise the quota in {region} and review it each quarter",
    "Load-test {service2} with {count} requests a second",
    "Remove the unused table `{table}`",
    "Replace {host}",
    "Teach {codename} to stop when its input is empty",
    "Show replication lag on the {team} dashboard",
    "Practise the restore of {service} from backup",
)
EVENTS: dict[str, tuple[str, ...]] = {
    "started": ("Started: {fault} on {host}", "Started: first {error} in the log of {service}"),
    "detected": ("Detected: alert {code} fires for {service}", "Detected: support sees {symptom}"),
    "between": (
        "{person} joins and reads the log of {host}",
        "{service2} is found to be affected as well",
        "Restart of {technology} in {region} brings no change",
        "{team} is paged",
        "{symbol} shows {error} at {count} a minute",
        "A rollback to version {version} is prepared",
        "The vendor opens case {code}",
    ),
    "mitigated": (
        "Mitigated: traffic leaves {region}",
        "Mitigated: version {version} is rolled back",
        "Mitigated: `{key}` is set to {small}",
    ),
    "resolved": ("Resolved: {service} is back to normal", "Resolved: the backlog is worked off"),
}

SUMMARY_KO = (
    "{t0}부터 {t3}까지 {service:이} 요청의 {percent}%에 {error} 오류로 응답했다.",
    "{service_ko} 장애의 원인은 {fault:였다}.",
    "{fault} 때문에 {minutes}분 동안 {symptom:이} 발생했다.",
    "{region}에서 {symptom:이} 확인되었고 {service_ko:을} 호출하는 {service2}도 멈추었다.",
    "{t1} 경보의 원인은 {fault:으로} 확인되었고 {codename:은} 이를 견디지 못했다.",
    "당직자가 {host:을} 원인 장비로 특정한 뒤 수동으로 복구했다.",
    "데이터 유실은 없었으나 요청 {count}건을 다시 보내야 했다.",
)
IMPACT_KO = (
    "고객 약 {count}명이 {service_ko:을} 이용하지 못했고 전체 요청의 {percent}%가 실패했다.",
    "주문 {count}건이 최대 {minutes}분 지연되었다가 처리되었다.",
    "고객센터에 문의 {small}건이 접수되었고 대부분 {symptom}에 관한 내용이었다.",
    "{host:을} 거친 요청은 p99 지연이 {count}ms까지 늘었다.",
    "{region2} 사용자는 캐시된 화면을 보아 장애를 느끼지 못했다.",
    "{codename} 파이프라인이 {minutes}분 밀렸다가 {t3}까지 따라잡았다.",
    "{service2} 내보내기를 쓰는 제휴사 {small}곳이 빈 파일을 받았다.",
    "이번 장애로 {service}의 분기 오류 예산 {percent}%를 소진했다.",
)
ROOT_CAUSE_KO = (
    "직접 원인은 {fault:였다}. 문제의 코드는 버전 {version}부터 있었다.",
    "{host}의 {technology:이} 연결을 놓지 않아 {service} 작업 스레드가 고갈되었다.",
    "`{key}` 기본값은 {small:이}고, 부하가 걸리면 {minutes}분 안에 한계에 닿는다.",
    "`{symbol}` 재시도마다 `{table}` 테이블에 새 트랜잭션이 열려 잠금이 쌓였다.",
    "모니터링이 평균값만 보고 있어 느린 요청의 {error} 비율이 드러나지 않았다.",
    "시험 환경의 `{table}`에는 {small}건이 있지만 운영 환경에는 {count}건이 있다.",
    "변경을 계획한 사람들은 {service2}에 대한 의존 관계를 알지 못했다.",
    "{codename}에 있던 보호 장치는 {year}년에 꺼진 상태였다.",
    "코드 {code} 로그가 {small}일 동안 남았지만 경보가 설정되어 있지 않았다.",
    "{host:이} 재시작하면서 오래된 스냅샷을 읽고 자신을 리더로 알렸다.",
)
RESPONSE_KO = (
    "{t2}에 변경을 되돌렸고 {service_ko:은} {small}분 안에 정상화되었다.",
    "{host:을} 제외하고 트래픽을 {region}에서 {region2:으로} 옮겼다.",
    "당직자가 `{key}` 값을 {count:으로} 올리고 작업 서버를 하나씩 재시작했다.",
    "먼저 {technology} 캐시를 비웠으나 상황이 나빠져 중단했다.",
    "상태 페이지를 {small}번 갱신했고 첫 공지는 {t1}에 나갔다.",
    "{team_ko:과} 공급사가 패킷을 분석해 {error:을} 찾아냈다.",
    "관문에서 재시도를 제한하자 `{table}` 부하가 {percent}%로 내려갔다.",
    "{host:과} 체크섬을 비교한 뒤 대기 복제본을 승격했다.",
)
FOLLOW_UPS_KO = (
    "{service}의 {error} 경보 추가",
    "`{symbol}` 재시도 횟수 제한",
    "{technology} 페일오버 절차서 작성",
    "`{key}` 변경을 리전별로 단계 적용",
    "{region} 할당량 상향 및 분기별 점검",
    "{service2} 초당 {count}건 부하 시험",
    "쓰지 않는 `{table}` 테이블 삭제",
    "{host} 장비 교체",
    "{codename} 입력이 비면 멈추도록 수정",
    "{team_ko} 화면에 복제 지연 표시",
    "{service_ko} 백업 복원 훈련",
)
EVENTS_KO: dict[str, tuple[str, ...]] = {
    "started": ("장애 시작: {host}에 {fault} 발생", "장애 시작: {service_ko} 로그에 {error} 기록"),
    "detected": ("감지: {service} 경보 {code} 발생", "감지: 고객센터가 {symptom:을} 확인"),
    "between": (
        "{person:이} 합류해 {host} 로그 확인",
        "{service2}도 영향을 받는 것으로 확인",
        "{region}의 {technology:을} 재시작했으나 변화 없음",
        "{team_ko} 호출",
        "{symbol}에서 {error:이} 분당 {count}건 발생",
        "버전 {version} 되돌리기 준비",
        "공급사가 {code}번으로 접수",
    ),
    "mitigated": (
        "완화: {region} 트래픽 제외",
        "완화: 버전 {version:으로} 되돌림",
        "완화: `{key}` 값을 {small:으로} 변경",
    ),
    "resolved": ("복구 완료: {service_ko} 정상화", "복구 완료: 밀린 작업 처리 끝"),
}
