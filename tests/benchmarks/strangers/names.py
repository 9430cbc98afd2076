"""Names of people and shops, made of parts; in small companies two people may bear the same one, as they do."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator


def words(text: str) -> list[str]:
    """The words of a line."""
    return text.split()


_KO_FAMILY = words("김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍")
_KO_GIVEN = words("민 서 지 수 현 준 영 우 은 하 도 예 윤 재 성 경 정 혜 태 호")
_EN_FAMILY = words(
    "Abbott Baker Castro Dietz Evans Fuchs Garcia Haas Ito Jensen Kaiser Lopez Mori Novak Olsen Perez Quinn Rossi Sato Weber"
)
_EN_GIVEN = words(
    "Ada Ben Cleo Dan Eva Finn Gil Hana Ivo Jo Kai Lea Max Nia Otto Pia Rex Sam Tia Uma Vic Wes Yui Zoe"
)
_KO_PLACE = words("가온 나루 다솔 라온 마루 보람 새봄 아라 이든 자연 참 큰들 토담 푸른 한빛 해담")
_EN_PLACE = words(
    "Alder Birch Cedar Dale Elm Fern Grove Harbour Iris Juniper Kestrel Linden Maple North Oak Pine"
)


def people(rng: Generator, n: int, korean: bool) -> list[str]:
    """Names of n people."""
    family = rng.choice(_KO_FAMILY if korean else _EN_FAMILY, n)
    if korean:
        return [
            "".join(parts)
            for parts in zip(family, rng.choice(_KO_GIVEN, n), rng.choice(_KO_GIVEN, n), strict=True)
        ]
    middle = rng.choice(list("ABCDEFGHJKLMNPRSTW"), n)
    given = rng.choice(_EN_GIVEN, n)
    return [f"{a} {b} {c}" for a, b, c in zip(given, middle, family, strict=True)]


def shops(rng: Generator, nouns: list[tuple[str, ...]], korean: bool) -> list[str]:
    """A name for each shop; `nouns` are the words of its kind."""
    places = rng.choice(_KO_PLACE if korean else _EN_PLACE, len(nouns))
    numbers = rng.integers(1, 400, len(nouns))
    drawn = rng.random(len(nouns))
    chosen = [words[int(u * len(words))] for words, u in zip(nouns, drawn, strict=True)]
    return [
        f"{place} {noun} {number}"
        for place, noun, number in zip(places, chosen, np.asarray(numbers), strict=True)
    ]
