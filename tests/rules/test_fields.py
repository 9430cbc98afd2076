from __future__ import annotations

import pytest

from rules.checks import check_starter_rules, check_vocabulary
from rules.fields import FIELDS, KEY_LABELS, KEYS, Field, is_outcome_name
from rules.language import check, parse, to_text
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_field_has_labels_and_a_valid_example_that_names_it(field: Field) -> None:
    tree = parse(field.example)
    check(tree, lists=STARTER_LISTS, parameters=STARTER_PARAMETERS)
    assert field.name in to_text(tree)
    assert field.label("en") != field.label("ko")
    assert field.requires


def test_no_field_tells_an_outcome() -> None:
    assert not [name for name in FIELDS if is_outcome_name(name)]
    for name in (
        "is_misuse",
        "n_known_misuse_merchant_7d",
        "known_misuse_rate_merchant_28d",
        "case.state",
        "hybrid_probability",
    ):
        assert is_outcome_name(name)


def test_label_derived_features_are_in_no_vocabulary() -> None:
    catalogue = pytest.importorskip("fraud.detection.features.catalogue")
    assert not {feature.name for feature in catalogue.LABEL_FEATURES} & set(FIELDS)


def test_every_key_has_labels() -> None:
    assert set(KEYS) == set(KEY_LABELS)


def test_checks_at_start_find_nothing() -> None:
    assert check_vocabulary() == []
    assert check_starter_rules() == []
