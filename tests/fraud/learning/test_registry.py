"""The registry: nothing damaged scores, nobody promotes alone, everything is in the audit chain."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from audit.services import actor_of, find_faults
from fraud.detection.models import ModelVersion
from fraud.learning import registry
from fraud.learning.gate_words import GATES
from fraud.learning.models import Evaluation
from fraud.learning.registering import register_version
from tests.cast import make_cast, make_person
from tests.fraud.made_claims import trained

Stage = ModelVersion.Stage
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    registry.forget_loaded()
    yield make_cast()
    registry.forget_loaded()


@pytest.fixture
def registered(cast, tmp_path, settings):
    """A maker of registered versions of the same small model."""
    folder = tmp_path / "trained"
    out = trained()[1]
    manifest = out.model.save(folder)

    def make(by: Actor | None = None) -> ModelVersion:
        return register_version(
            folder=folder, manifest=manifest, card=out.report.card(), by=by or cast.actor("model_owner")
        )

    return make


def in_service(registered) -> ModelVersion:
    return registry.install_first_version(version=registered(), by=Actor.system("setup"))


def compared(version: ModelVersion, *, holds: bool = True) -> None:
    now = timezone.now()
    Evaluation.objects.create(
        model_version=version,
        window_from=now,
        window_to=now,
        n_claims=1,
        n_misuse=1,
        gates=[{"gate": "better", "holds": holds}],
    )


def promoted(cast, version: ModelVersion, **options) -> ModelVersion:
    registry.propose_promotion(version=version, reason="finds more", by=cast.actor("model_owner"))
    return registry.promote_version(version=version, reason="agreed", by=cast.actor("approver"), **options)


def damage(version: ModelVersion, settings, name: str = "trees.ubj") -> None:
    path = Path(settings.MODELS_DIR) / version.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    registry.forget_loaded()


def test_registered_version_is_a_challenger_with_its_files_in_the_registry(registered, settings) -> None:
    first, second = registered(), registered()
    assert (first.stage, second.stage) == (Stage.CHALLENGER, Stage.CHALLENGER)
    assert first.reference != second.reference
    assert {p.name for p in Path(settings.MODELS_DIR).iterdir()} == {first.folder, second.folder}
    assert first.n_confirmed == trained()[1].model.n_confirmed
    assert AuditEvent.objects.filter(subject=f"model:{first.reference}", action="model.trained").count() == 1


def test_opened_version_scores_as_it_did_when_trained(registered) -> None:
    made, out = trained()
    opened = registry.load_version(registered())
    assert opened.score(made.features, made.hits).equals(out.model.score(made.features, made.hits))
    version = ModelVersion.objects.get()
    assert registry.load_version(version) is opened


def test_damaged_files_are_never_registered(cast, tmp_path) -> None:
    manifest = trained()[1].model.save(tmp_path / "bad")
    (tmp_path / "bad" / "hbos.skops").write_bytes(b"other")
    with pytest.raises(registry.ModelDamaged, match="hbos"):
        register_version(folder=tmp_path / "bad", manifest=manifest, card={}, by=cast.actor("model_owner"))
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize("name", ["trees.ubj", "hbos.skops", "hybrid.json", "manifest.json"])
def test_flipped_byte_is_refused_and_recorded_once(registered, settings, name) -> None:
    version = in_service(registered)
    damage(version, settings, name)
    for _ in range(2):
        with pytest.raises(registry.ModelDamaged, match="SHA-256"):
            registry.champion()
    assert (
        AuditEvent.objects.filter(subject=f"model:{version.reference}", action="model.damaged").count() == 1
    )


def test_damaged_champion_leaves_its_predecessor_scoring(cast, registered, settings) -> None:
    first, second = in_service(registered), registered()
    compared(second)
    promoted(cast, second)
    damage(second, settings)
    found = registry.champion()
    assert (found.version, found.is_fallback) == (first, True)
    assert ModelVersion.objects.get(pk=second.pk).stage == Stage.CHAMPION


def test_without_a_version_in_service_there_is_no_champion(cast) -> None:
    with pytest.raises(registry.NoChampion):
        registry.champion()
    assert registry.challenger() is None


def test_challenger_is_the_newest_that_opens(registered, settings) -> None:
    in_service(registered)
    older, newer = registered(), registered()
    assert registry.challenger().version == newer
    damage(newer, settings)
    assert registry.challenger().version == older


def test_promotion_takes_two_people_and_remembers_the_predecessor(cast, registered) -> None:
    first, second = in_service(registered), registered()
    compared(second)
    promoted(cast, second)
    assert registry.champion().version == second
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stage, second.previous_champion, second.promoted_by) == (Stage.ARCHIVED, first, "mira.jung")
    events = AuditEvent.objects.filter(subject=f"model:{second.reference}").values_list("action", "actor")
    assert list(events.order_by("seq")) == [
        ("model.trained", "doyun.lim"),
        ("model.proposed", "doyun.lim"),
        ("model.promoted", "mira.jung"),
    ]
    assert not find_faults()


def test_nobody_promotes_their_own_proposal_not_even_under_another_login(cast, registered) -> None:
    in_service(registered)
    version = registered()
    compared(version)
    both = make_person("two.hats", Role.MODEL_OWNER, Role.APPROVER, employee_no="E7777")
    other_login = make_person("two.hats.2", Role.APPROVER, employee_no="E7777")
    registry.propose_promotion(version=version, reason="mine", by=actor_of(both))
    for person in (both, other_login):
        with pytest.raises(NotPermitted) as refused:
            registry.promote_version(version=version, reason="mine", by=actor_of(person))
        assert refused.value.code == "own_proposal"
    version.refresh_from_db()
    assert version.stage == Stage.PROPOSED


@pytest.mark.parametrize("who", ["reviewer", "rule_admin", "auditor", "system_admin", "cardholder"])
def test_other_roles_neither_register_propose_promote_return_nor_roll_back(cast, registered, who) -> None:
    version, by = registered(), cast.actor(who)
    for service in (registry.propose_promotion, registry.promote_version, registry.return_proposal):
        with pytest.raises(NotPermitted):
            service(version=version, reason="r", by=by)
    with pytest.raises(NotPermitted):
        registry.propose_roll_back(reason="r", by=by)
    with pytest.raises(NotPermitted):
        registered(by)


def test_failed_gates_stop_a_promotion_unless_somebody_takes_it_on_themselves(cast, registered) -> None:
    in_service(registered)
    version = registered()
    owner, approver = cast.actor("model_owner"), cast.actor("approver")
    with pytest.raises(registry.GatesNotPassed) as refused:
        registry.propose_promotion(version=version, reason="finds more", by=owner)
    assert refused.value.failed == ["not_compared"]
    version.refresh_from_db()
    assert version.stage == Stage.CHALLENGER
    registry.propose_promotion(version=version, reason="finds more", by=owner, despite_gates=True)
    compared(version, holds=False)
    with pytest.raises(registry.GatesNotPassed) as refused:
        registry.promote_version(version=version, reason="agreed", by=approver)
    assert "better" in refused.value.failed
    assert str(GATES["better"]) in str(refused.value)  # in the words of the page
    registry.promote_version(version=version, reason="urgent", by=approver, despite_gates=True)
    event = AuditEvent.objects.get(action="model.promoted", subject=f"model:{version.reference}")
    assert event.after["failed_gates"] == ["better"]


def test_version_damaged_after_the_proposal_is_not_promoted(cast, registered, settings) -> None:
    first, version = in_service(registered), registered()
    compared(version)
    registry.propose_promotion(version=version, reason="good", by=cast.actor("model_owner"))
    damage(version, settings)
    with pytest.raises(registry.ModelDamaged):
        registry.promote_version(version=version, reason="agreed", by=cast.actor("approver"))
    assert registry.champion().version == first


def test_returned_proposal_challenges_on(cast, registered) -> None:
    version = registered()
    registry.propose_promotion(version=version, reason="good", by=cast.actor("model_owner"))
    registry.return_proposal(version=version, reason="more weeks first", by=cast.actor("approver"))
    version.refresh_from_db()
    assert (version.stage, version.proposed_by) == (Stage.CHALLENGER, "")
    with pytest.raises(registry.PromotionNotAllowed):
        registry.promote_version(version=version, reason="now", by=cast.actor("approver"))


def test_a_proposal_does_not_replace_a_version_that_came_into_service_since(cast, registered) -> None:
    in_service(registered)
    second, third = registered(), registered()
    compared(second)
    compared(third)
    registry.propose_promotion(version=third, reason="good", by=cast.actor("model_owner"))
    promoted(cast, second)
    third.refresh_from_db()
    with pytest.raises(registry.PromotionNotAllowed, match="상신된 뒤"):
        registry.promote_version(version=third, reason="agreed", by=cast.actor("approver"))
    assert registry.champion().version == second


def test_roll_back_returns_to_the_version_before_and_only_once(cast, registered) -> None:
    first, second = in_service(registered), registered()
    compared(second)
    promoted(cast, second)
    back = registry.propose_roll_back(reason="too many alerts", by=cast.actor("approver"))
    assert registry.champion().version == second  # until a second person agrees
    with pytest.raises(NotPermitted):
        registry.promote_version(version=back, reason="mine", by=cast.actor("approver"))
    registry.return_proposal(version=back, reason="wait a night", by=cast.actor("other_approver"))
    assert ModelVersion.objects.get(pk=first.pk).stage == Stage.ARCHIVED
    back = registry.propose_roll_back(reason="too many alerts", by=cast.actor("model_owner"))
    registry.promote_version(version=back, reason="agreed", by=cast.actor("approver"))
    assert registry.champion().version == first
    assert ModelVersion.objects.get(pk=second.pk).stage == Stage.ARCHIVED
    with pytest.raises(registry.PromotionNotAllowed):
        registry.propose_roll_back(reason="again", by=cast.actor("approver"))


def test_first_version_is_installed_by_the_system_only_and_once(cast, registered) -> None:
    with pytest.raises(NotPermitted):
        registry.install_first_version(version=registered(), by=cast.actor("model_owner"))
    in_service(registered)
    with pytest.raises(registry.PromotionNotAllowed):
        in_service(registered)


@pytest.mark.parametrize("reason", ["", "   "])
def test_every_move_needs_a_reason(cast, registered, reason) -> None:
    version = registered()
    with pytest.raises(registry.PromotionNotAllowed):
        registry.propose_promotion(version=version, reason=reason, by=cast.actor("model_owner"))
    assert AuditEvent.objects.filter(subject=f"model:{version.reference}").count() == 1


def test_a_proposal_says_what_was_compared_and_what_not(cast, registered, client) -> None:
    first, version = in_service(registered), registered()
    ModelVersion.objects.filter(pk=version.pk).update(n_confirmed=61)
    client.cookies["django_language"] = "en"
    client.force_login(cast.model_owner)
    nothing = f"Nothing was compared: there is no comparison with {first.reference} on later claims."
    assert nothing in client.get(reverse("fraud:version", args=[version.reference])).content.decode()
    step = reverse("fraud:version-step", args=[version.reference, "propose"])
    sent = {"reason": "finds more", "seen": "challenger-0"}
    assert client.post(step, sent).status_code == 409
    assert client.post(step, sent | {"despite_gates": "on"}).status_code == 302
    client.force_login(cast.approver)
    for told in (client.get("/approvals/").content.decode(), str(client.get("/api/v1/approvals/").json())):
        assert nothing in told
        assert "It learnt from 61 claims confirmed as misuse." in told
    out = StringIO()
    with override("en"):
        back = ["--return", "--as", cast.approver.username, "--reason", "compare"]
        call_command("promote", version.reference, *back, stdout=out)
        assert out.getvalue() == f"{version.reference}: challenger\n"
        compared(version)
        call_command(
            "promote",
            version.reference,
            "--propose",
            "--as",
            cast.model_owner.username,
            "--reason",
            "better",
            stdout=out,
        )
    assert f"Compared with {first.reference} on 1 later claim, 1 confirmed misuse." in out.getvalue()
    assert "All conditions are met." in out.getvalue()


def test_the_command_speaks_one_language(cast, registered) -> None:
    in_service(registered)
    version = registered()
    propose = [
        "promote",
        version.reference,
        "--propose",
        "--as",
        cast.model_owner.username,
        "--reason",
        "finds more",
    ]
    for language, is_korean in (("en", False), ("ko", True)):
        with override(language):
            with pytest.raises(CommandError) as refused:
                call_command(*propose)
            with pytest.raises(CommandError) as unknown:
                call_command("promote", "M-none", *propose[2:])
        for line in [*str(refused.value).splitlines(), str(unknown.value)]:
            assert bool(re.search("[가-힣]", line)) is is_korean, line
