"""Follow-ups that cannot be finished: wishes, and work without an outcome.

After PagerDuty's guide: a follow-up is actionable, specific and bounded.
"""

from __future__ import annotations

import re

_GENERAL = (
    r"(?:monitoring|alerting|alerts|observability|logging|testing|tests|test coverage|documentation"
    r"|docs|communications?|process(?:es)?|procedures?|training|awareness|quality|reliability"
    r"|resilience|stability|performance|error handling|security|code reviews?|governance)"
)
_VAGUE_KOREAN = (
    r"(?:모니터링|점검|테스트|시험|검토|관리|문서|문서화|교육|커뮤니케이션|소통|프로세스|절차|보안|안정성"
    r"|품질|대응|감시|훈련|감독|확인)"
)
_ENDING = r"(?:한다|하기|하자|함|할 것|해야 함|해야 한다|예정|필요)?"

EMPTY_PROMISES = re.compile(
    # Nobody can be seen to do that.
    r"\b(?:be|being)\s(?:(?:more|extra|very|especially)\s)?(?:careful|cautious|vigilant|attentive"
    r"|mindful)\b(?!\s(?:review|analysis))"
    r"|\b(?:more|greater|extra)\s(?:care|attention|caution|diligence|vigilance)\b"
    r"|\bpay\s(?:\w+\s)?attention\b|\btake\s(?:more|better|extra|greater)\scare\b"
    r"|\btry\s(?:harder|not\sto|to\s(?:be|avoid|remember|do))\b|\braise\s(?:\w+\s)?awareness\b"
    r"|\bremind\s(?:(?:the|all|every|our|each)\s)?(?:\w+\s)?(?:teams?|engineers?|developers?|staff"
    r"|everyone|everybody|people|operators?|members)\b"
    r"|\b(?:don['’]?t|do\snot|never)\s(?:do|make|repeat)\s(?:this|that|it|the\ssame\s\w+)\b"
    r"|\b(?:keep|bear)\s(?:this|it|that)?\s?in\smind\b|\bdo\sbetter\b"
    # All there is of the item is a field of work.
    r"|^(?:we\s(?:need|should|must|will)\s(?:to\s)?(?:have\s)?)?(?:improve|better|more|increase|enhance"
    rf"|strengthen|review)\s(?:(?:our|the|on)\s)?(?:[\w-]+\s)?{_GENERAL}"
    rf"(?:\s(?:and|&)\s{_GENERAL})?(?:\s(?:of|for|around|on)\s[\w-]+(?:\s[\w-]+){{0,2}})?"
    r"\s*[.!]?$"
    r"|(?:(?:각별히|더|더욱|좀 더)\s?)?주의(?:를|에)?\s?(?:한다|하기|하자|하겠|할 것|기울|환기|당부"
    r"|요망|깊게)|주의\s?(?:강화|철저)|조심(?:한다|하기|하자|할 것)|신경\s?(?:쓴다|쓰기|쓰자)"
    r"|경각심|정신\s?교육|철저(?:히|하게)\s?(?:한다|하기|하자|할 것|관리|확인|점검|검토|대응)"
    r"|(?:점검|관리|확인)\s?철저"
    r"|(?:최선을\s?다|만전을\s?기|노력(?:한다|하겠|하기|할 것|하자))"
    rf"|^(?:[가-힣A-Za-z]+\s)?{_VAGUE_KOREAN}(?:을|를)?\s?(?:강화|개선|철저|향상|확대|보완|실시)"
    rf"{_ENDING}\s*\.?$",
    re.IGNORECASE,
)
"""What nobody can be seen to have done; searched for in an item's plain text."""

OPEN_ENDED = re.compile(
    r"^(?:(?:we|the\steam)\s(?:should|need\sto|will|must|could|might|may|can|want\sto)\s)?"
    r"(?:also\s)?(?:consider(?:ing)?|look(?:ing)?\sinto|investigat(?:e|ing)|explor(?:e|ing)"
    r"|think(?:ing)?\sabout|discuss(?:ing)?|reflect(?:\son)?|evaluat(?:e|ing)|keep\san\seye\son"
    r"|something\sabout)\b(?!\s(?:and|then|&)\s)"
    r"|(?:도입|적용|여부|방안|가능성|필요성|개선|변경|추가|전환|교체|이중화|분리|확대)"
    rf"(?:을|를|에 대해)?\s?(?:검토|고려|논의|고민){_ENDING}\s*\.?$"
    rf"|(?:을|를)\s(?:검토|고려|논의|고민){_ENDING}\s*\.?$"
    r"|(?:살펴|알아)\s?(?:본다|보기|보자|볼 것)\s*\.?$",
    re.IGNORECASE,
)
"""Work that can go on for ever; searched for in an item's plain text."""
