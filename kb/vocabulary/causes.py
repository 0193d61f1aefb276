"""The causes that are built in, with their Korean labels and what else people call them.

They follow published taxonomies: the triggers and root-cause classes of the SRE Workbook
(appendix C), Gunawi et al. (SoCC 2016), Ghosh et al. (SoCC 2022) and the lists of
danluu/post-mortems and icco/postmortems, whose class names are aliases here.
An alias belongs to one cause only.
"""

from __future__ import annotations

from kb.vocabulary.terms import Cause, words

CAUSES: tuple[Cause, ...] = (
    Cause(
        "config-change",
        "Configuration change",
        "설정 변경",
        "a configuration, flag, policy or routing value was wrong or changed wrongly, "
        "the code unchanged",
        words(
            "config, configuration, config error, configuration error, config bug, "
            "misconfiguration, misconfig, config push, configuration push, feature flag, 설정, "
            "설정값, 설정 오류, 설정 실수, 설정 변경 오류, 잘못된 설정, 환경 설정, 구성 변경, "
            "구성 오류, 컨피그"
        ),
    ),
    Cause(
        "code-defect",
        "Code defect",
        "코드 결함",
        "a bug in our code, old or newly shipped; data-format, constant-value and "
        "error-handling bugs count",
        words(
            "bug, code, code bug, software, software bug, software defect, software error, "
            "defect, regression, memory leak, race condition, 버그, 코드, 코드 버그, 코드 오류, "
            "소프트웨어, 소프트웨어 결함, 소프트웨어 오류, 소프트웨어 버그, 프로그램 오류, "
            "프로그램 결함, 결함, 메모리 누수, 로직 오류"
        ),
    ),
    Cause(
        "deployment",
        "Deployment",
        "배포",
        "the act of shipping failed: a partial roll-out, version skew, a bad rollback, "
        "the order of an upgrade or migration",
        words(
            "deploy, release, rollout, rollback, bad deploy, deployment error, "
            "deployment planning, binary push, upgrade, update, migration, version skew, "
            "version conflict, conflict, conflicts, conflicting versions, 배포 오류, 배포 실패, "
            "배포 실수, 릴리스, 릴리즈, 롤아웃, 롤백, 업그레이드, 업데이트, 마이그레이션, "
            "버전 충돌"
        ),
    ),
    Cause(
        "dependency",
        "External dependency",
        "외부 의존성",
        "a service that another team or vendor runs failed or changed",
        words(
            "dependencies, dependency failure, external, external service, third party, "
            "3rd party, vendor, supplier, provider, provider change, service provider, "
            "service provider change, cross-service, cross-service dependency, upstream, 의존성, "
            "외부, 외부 서비스, 외부 연동, 외부 연계, 외부 업체, 협력사, 공급업체, 서드파티, 제3자"
        ),
    ),
    Cause(
        "capacity",
        "Capacity limit",
        "용량 한계",
        "a limit or resource ran out at normal or expected load: disk, memory, quota, "
        "connection pool, addresses",
        words(
            "capacity management, capacity planning, resource exhaustion, out of memory, OOM, "
            "out of disk, disk full, quota, limit, limits, connection pool, saturation, scaling, "
            "용량, 용량 부족, 용량 초과, 자원 부족, 자원 고갈, 리소스 부족, 리소스 고갈, "
            "메모리 부족, 디스크 부족, 디스크 풀, 한도 초과, 쿼터, 커넥션 풀"
        ),
    ),
    Cause(
        "traffic",
        "Traffic surge",
        "트래픽 급증",
        "demand changed: a spike, a retry storm, abuse, a denial of service without intrusion",
        words(
            "load, load spike, overload, spike, surge, traffic spike, traffic change, "
            "user behavior change, user behaviour change, retry storm, thundering herd, "
            "denial of service, DoS, DDoS, 트래픽, 트래픽 폭주, 트래픽 증가, 접속 폭주, "
            "접속자 폭주, 접속자 급증, 사용자 급증, 부하, 과부하, 디도스"
        ),
    ),
    Cause(
        "cascading-failure",
        "Cascading failure",
        "연쇄 장애",
        "the failure spread by feedback (retries, failover, restarts in step) beyond its first "
        "cause",
        words(
            "cascade, cascading, cascading outage, complex system behavior, "
            "complex system behaviors, complex system behaviour, metastable, metastable failure, "
            "feedback loop, domino effect, 연쇄, 연쇄 반응, 장애 전파, 장애 확산, 도미노"
        ),
    ),
    Cause(
        "network",
        "Network",
        "네트워크",
        "packets, DNS, BGP, load balancer, firewall, the path of TLS",
        words(
            "networking, network failure, network error, network outage, DNS, BGP, routing, "
            "router, switch, load balancer, firewall, partition, network partition, connectivity, "
            "packet loss, 네트워크 장애, 네트워크 오류, 네트웍, 통신, 통신 장애, 통신망, 망 장애, "
            "라우팅, 라우팅 오류, 라우터, 스위치, 로드 밸런서, 방화벽, 회선, 회선 장애, 패킷 손실"
        ),
    ),
    Cause(
        "database",
        "Database",
        "데이터베이스",
        "schema, query, replication, lock or failover of a data store",
        words(
            "DB, DBMS, databases, database failover, data store, storage engine, schema, "
            "schema change, migration lock, replication, replication lag, query, slow query, "
            "deadlock, lock contention, 디비, 데이타베이스, DB 장애, DB 오류, 데이터베이스 장애, "
            "데이터베이스 오류, 스키마, 복제, 복제 지연, 쿼리, 슬로우 쿼리, 교착 상태, 데드락"
        ),
    ),
    Cause(
        "data",
        "Data loss or corruption",
        "데이터 손상·오류",
        "bad, lost or corrupt data, or a bad input to a pipeline, was the cause",
        words(
            "data corruption, data loss, corrupt data, corruption, bad data, bad import, "
            "bad input, data error, data pipeline, processing pipeline, 데이터, 데이타, "
            "데이터 손상, 데이터 오류, 데이터 손실, 데이터 유실, 데이터 삭제, 데이터 파이프라인, "
            "잘못된 데이터"
        ),
    ),
    Cause(
        "hardware-power",
        "Hardware or power",
        "하드웨어·전원",
        "a machine, disk, power, cooling, a whole site, or a natural disaster",
        words(
            "hardware, hardware failure, power, power failure, power outage, power loss, UPS, "
            "battery, cooling, server, server failure, storage, storage device, disk failure, "
            "data centre, data center, fire, natural disaster, 하드웨어, 하드웨어 장애, "
            "하드웨어 고장, 장비, 장비 장애, 장비 고장, 서버, 서버 고장, 디스크 고장, 스토리지, "
            "전원, 전원 장애, 전력, 정전, 배터리, 냉각, 화재, 데이터센터, 전산실, 자연재해, 지진, "
            "침수"
        ),
    ),
    Cause(
        "certificate-time",
        "Certificate or time",
        "인증서·시간",
        "an expiry, a clock, a leap second, a time zone, the calendar",
        words(
            "certificate, cert, cert expiry, certificate expiry, expired certificate, "
            "TLS certificate, TLS expiry, SSL certificate, SSL expiry, expiry, expiration, time, "
            "time zone, clock, clock skew, clock drift, NTP, calendar, leap second, leap year, "
            "leap day, daylight saving time, DST, 인증서, 인증서 만료, 만료, 시간, 시간대, "
            "시간 동기화, 시각, 시각 오류, 시계, 날짜, 윤초, 윤년, 서머타임"
        ),
    ),
    Cause(
        "auth-secret",
        "Authentication and secrets",
        "인증·권한",
        "credentials, tokens, permissions, the identity service, the rotation of a secret",
        words(
            "auth, authn, authz, authentication, authorization, authorisation, auth failure, IAM, "
            "identity, access control, credential, credentials, permission, permissions, token, "
            "secret, secrets, secret rotation, key rotation, SSO, OAuth, 인증, 인증 실패, "
            "인증 오류, 인가, 권한, 권한 오류, 접근 권한, 자격 증명, 비밀번호, 토큰, 시크릿"
        ),
    ),
    Cause(
        "security",
        "Security",
        "보안",
        "an intrusion, a leak, a malicious package, phishing, abuse with intent",
        words(
            "security incident, intrusion, breach, data breach, compromise, leak, data leak, "
            "hack, hacking, attack, malware, ransomware, malicious package, supply chain attack, "
            "phishing, 보안 사고, 침해, 침해 사고, 침입, 해킹, 공격, 유출, 정보 유출, "
            "개인정보 유출, 악성코드, 랜섬웨어, 피싱"
        ),
    ),
    # No value blames a person; "human error" from other vocabularies is filed as a process.
    Cause(
        "process",
        "Process and operations",
        "절차·운영",
        "a manual step, a missing runbook, test or alert, or a change outside the procedure "
        "let it happen",
        words(
            "procedure, process failure, development process, development process failure, "
            "change management, automation, operations, operator action, operator error, "
            "manual step, manual change, missing runbook, missing test, human, human error, 절차, "
            "절차 미준수, 운영, 운영 절차, 운영 실수, 작업 오류, 작업 실수, 수작업, 변경 관리, "
            "자동화, 인적 오류, 휴먼 에러"
        ),
    ),
    Cause(
        "unknown",
        "Unknown",
        "미상",
        "it has not been found, or not been published",
        words(
            "undetermined, unidentified, uncategorized, uncategorised, undescriptive, "
            "under investigation, TBD, 원인 미상, 원인 불명, 불명, 알 수 없음, 미확인, 조사 중, "
            "확인 중"
        ),
    ),
)
