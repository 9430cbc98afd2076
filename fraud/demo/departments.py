"""The department tree of the demo company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.demo.wordlists import DIVISIONS

ROOT_CODE = "D000"
PEOPLE_PER_DIVISION = 90
_TEAM_WEIGHTS = np.array([1.4, 1.2, 1.0, 0.8, 0.6])


@dataclass(frozen=True, slots=True)
class Departments:
    """Rows: the company itself, then every division followed by its teams. `parent` is a row index, -1 at the root."""

    codes: list[str]
    names: list[str]
    parent: NDArray[np.int64]
    family: list[str]
    region: NDArray[np.int64]
    size: NDArray[np.float64]  # relative head count


def build_departments(employees: int) -> Departments:
    """Ten divisions of five teams for a large company (61 departments), fewer for a small one."""
    n_divisions = int(np.clip(round(employees / PEOPLE_PER_DIVISION), 2, len(DIVISIONS)))
    codes, names, parent = [ROOT_CODE], ["대표이사"], [-1]
    family, region, size = ["경영지원"], [0], [0.0]
    for d, (division, job_family, teams, place) in enumerate(DIVISIONS[:n_divisions]):
        codes.append(f"D{d + 1}00")
        names.append(division)
        parent.append(0)
        family.append(job_family)
        region.append(place)
        size.append(0.15)
        head = len(codes) - 1
        for t, team in enumerate(teams if employees >= 200 else teams[:3]):
            codes.append(f"D{d + 1}{t + 1:02d}")
            names.append(team)
            parent.append(head)
            family.append(job_family)
            region.append(place)
            size.append(float(_TEAM_WEIGHTS[t]))
    return Departments(codes, names, np.array(parent), family, np.array(region), np.array(size))
