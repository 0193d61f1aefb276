"""Stems of Korean words without a dictionary: particles and light-verb endings taken off.

Korean glues particles (josa) and the endings of 하다, 되다, 시키다 to its nouns:
데이터베이스의, 고갈되어, 복구했다. A particle fits only after some final consonants
(은 after one, 는 after none), which tells most particles from the last syllable of a noun.
The lists and the order of steps were measured on Korean question sets against plain
bigrams and three dictionary analysers; see README, "Text analysis".
"""

from __future__ import annotations

import re
from functools import lru_cache

_FIRST_SYLLABLE = 0xAC00
_SYLLABLES = 11_172
_FINAL_CONSONANTS = 28
_FINAL_RIEUL = 8
_SHORTEST_STEM = 2

_AFTER_CONSONANT = (
    "은 이 을 과 으로 이나 이랑 이며 이고 이란 이라 이라는 이라고 이라며 이라도 이든 이다 "
    "이었다 이었던 이었으며 이었고 이지만 인데 인 입니다 이었습니다 이에요 이자 이면 이라면 "
    "으로는 으로도 으로의 으로부터 으로써 으로서 으로만 과는 과의 과도 이야 이던"
).split()
_AFTER_VOWEL = (
    "는 가 를 와 나 랑 며 란 라는 라고 라며 라도 든 다 였다 였던 였으며 였고 였습니다 예요 "
    "와는 와의 와도 라면"
).split()
_AFTER_VOWEL_OR_RIEUL = "로 로는 로도 로의 로부터 로써 로서 로만".split()
_AFTER_ANYTHING = (
    "의 에 에서 에서는 에서도 에서의 에서만 에서부터 에는 에도 에만 에게 에게서 에게는 에게도 "
    "에의 한테 한테서 께서 도 만 만의 만이 만을 만은 까지 까지는 까지도 까지의 부터 부터는 "
    "부터의 처럼 보다 보다는 보다도 마다 조차 마저 밖에 하고 뿐 뿐만 뿐이다 대로 같이 인지 "
    "라서 에선 에겐 엔 이나마 씩 이라서 에서였다 이기도"
).split()

_PARTICLES: dict[str, str] = {
    **dict.fromkeys(_AFTER_CONSONANT, "consonant"),
    **dict.fromkeys(_AFTER_VOWEL, "vowel"),
    **dict.fromkeys(_AFTER_VOWEL_OR_RIEUL, "vowel-or-rieul"),
    **dict.fromkeys(_AFTER_ANYTHING, "anything"),
}
_LONGEST_PARTICLE = max(map(len, _PARTICLES))

_LIGHT_VERB_ENDING = re.compile(
    "(?:하|되|시키|당하)(?:다|고|며|면|면서|여|여서|였다|였으며|였고|였던|였습니다|는|던|지|지만"
    "|지는|지도|기|기도|기는|기를|기에|게|도록|려|려고|자|므로|나|니|는데|겠다|겠습니다|고자|거나"
    "|는지|였을)$"
    "|(?:했|됐|되었|시켰|당했)(?:다|다고|다는|다며|고|던|지만|는데|으며|으나|으면|습니다|을|었다"
    "|었던|기|는지|으므로|음)$"
    "|(?:한|된|할|될|함|됨|해|돼|되어|해서|돼서|되어서|합니다|됩니다|한다|된다|한다는|된다는"
    "|한다고|된다고|해야|돼야|되어야|해도|돼도|해진|시킨|시킬|시켜|스러운|스럽게|적인|적으로"
    "|적이다|적이고)$"
)


def _final_consonant(syllable: str) -> int:
    """The number of the syllable's final consonant; 0 for none, -1 where it is no syllable."""
    offset = ord(syllable) - _FIRST_SYLLABLE
    return offset % _FINAL_CONSONANTS if 0 <= offset < _SYLLABLES else -1


def _fits(condition: str, before: str) -> bool:
    """Whether a particle with this condition may follow the syllable `before`."""
    final = _final_consonant(before)
    if condition == "consonant":
        return final > 0
    if condition == "vowel":
        return final <= 0
    if condition == "vowel-or-rieul":
        return final in (0, _FINAL_RIEUL)
    return True


def _shortest_stem(particle: str) -> int:
    """How many syllables must stay before this particle.

    One syllable is enough before a long particle, hardly ever part of a noun, and before a
    two-syllable one that fits anything (에서, 까지); 이, 도 or 으로 end nouns too often.
    """
    may_end_a_noun = len(particle) == 1 or (
        len(particle) == 2 and _PARTICLES[particle] != "anything"
    )
    return _SHORTEST_STEM if may_end_a_noun else 1


def _without_particle(word: str, *, after_other_script: bool) -> str:
    longest = min(_LONGEST_PARTICLE, len(word) - (0 if after_other_script else 1))
    for length in range(longest, 0, -1):
        particle = word[-length:]
        condition = _PARTICLES.get(particle)
        if condition is None:
            continue
        stem = word[:-length]
        if not stem:
            return ""
        if len(stem) >= _shortest_stem(particle) and _fits(condition, stem[-1]):
            return stem
    return word


@lru_cache(maxsize=65_536)
def stem(word: str, *, after_other_script: bool = False) -> str:
    """The stem of one run of Hangul syllables (NFC).

    Args:
        word: Hangul syllables only.
        after_other_script: the run follows Latin letters or digits without a space (`DB는`),
            so that all of it may be a particle; then the stem is the empty string.
    """
    verb = _LIGHT_VERB_ENDING.search(word)
    if verb and verb.start() >= _SHORTEST_STEM:
        return word[: verb.start()]
    bare = _without_particle(word, after_other_script=after_other_script)
    if len(bare) > _SHORTEST_STEM and bare.endswith("들"):
        return bare[:-1]
    return bare
