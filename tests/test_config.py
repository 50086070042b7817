"""Techniques that cannot be combined are refused, with the reason; all others are taken."""

from itertools import combinations
from typing import Any

import pytest

from ganlib.config import RunConfig
from ganlib.errors import ConfigError
from ganlib.knobs import CHALLENGES, knob, meta, parse

CLIP = {"weight_clip": 0.01}
SPECTRAL = {"spectral_normalisation": True}
PENALTY = {"gradient_penalty": "r1"}
MINIBATCH = {"minibatch_kernels": 4}
SMOOTHING = {"label_smoothing": 0.1}
UNROLLED = {"unrolled_steps": 2}
CRITIC = {"loss": "wasserstein"}

REFUSED = [
    ({**CLIP, **SPECTRAL}, "weight_clip and spectral_normalisation exclude each other"),
    ({**CLIP, **PENALTY}, "weight_clip and gradient_penalty exclude each other"),
    ({**MINIBATCH, **PENALTY}, "minibatch_kernels and gradient_penalty exclude each other"),
    ({**UNROLLED, **PENALTY}, "unrolled_steps must be 0 with a gradient_penalty"),
    ({**SMOOTHING, "loss": "hinge"}, "label_smoothing must be 0 with the loss hinge"),
    ({**SMOOTHING, "loss": "relativistic"}, "label_smoothing must be 0 with the loss relativistic"),
    ({**SMOOTHING, **CRITIC, **CLIP}, "label_smoothing must be 0 with the loss wasserstein"),
    (CRITIC, "The loss wasserstein needs something that limits the critic's slope"),
    (
        {**CRITIC, **SPECTRAL, **MINIBATCH},
        "minibatch_kernels must be 0 with the loss wasserstein and spectral_normalisation",
    ),
    (
        {**CRITIC, **SPECTRAL, **MINIBATCH, "spectral_norm": "convolution"},
        "minibatch_kernels must be 0 with the loss wasserstein and spectral_normalisation",
    ),
    ({**CRITIC, **CLIP, "schedule": "accuracy"}, "schedule must not be accuracy with the loss"),
    ({"packing": 3, "batch_size": 64}, "packing must divide batch_size: 64 samples cannot be "),
]


@pytest.mark.parametrize(("values", "beginning"), REFUSED)
def test_what_means_nothing_is_refused_with_the_reason(
    values: dict[str, Any], beginning: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(RunConfig, values)
    sentence = str(caught.value)
    assert sentence.startswith(beginning) and sentence.endswith(".")


@pytest.mark.parametrize("kind", ["adam", "rmsprop", "sgd"])
def test_one_optimiser_means_both_networks(kind: str) -> None:
    assert parse(RunConfig, {"optimiser": kind}).resolved_generator_optimiser == kind

    class Apart(RunConfig):
        presets = {"apart": {"optimiser": "adam", "generator_optimiser": "rmsprop"}}
        preset: str = knob("apart", "The two networks' own.", group="Run")

    assert parse(Apart, {}).resolved_generator_optimiser == "rmsprop"
    assert parse(Apart, {"optimiser": kind}).resolved_generator_optimiser == kind
    both = parse(Apart, {"optimiser": kind, "generator_optimiser": "sgd"})
    assert (both.optimiser, both.resolved_generator_optimiser) == (kind, "sgd")


def test_an_unknown_generator_optimiser_is_refused_by_name() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(RunConfig, {"generator_optimiser": "adamw"})
    assert str(caught.value) == (
        "generator_optimiser must be one of same, adam, rmsprop, sgd. Received: 'adamw'."
    )


def test_a_discriminator_that_normalises_its_batches_takes_no_penalty() -> None:
    class Normalised(RunConfig):
        batch_normalised = True

    with pytest.raises(ConfigError, match=r"^gradient_penalty must be none here"):
        parse(Normalised, PENALTY)
    assert parse(Normalised, SPECTRAL).spectral_normalisation


def test_a_critic_that_normalises_its_batches_is_not_limited_by_spectral_normalisation() -> None:
    class Normalised(RunConfig):
        batch_normalised = True

    for norm in ("matrix", "convolution"):
        with pytest.raises(ConfigError) as caught:
            parse(Normalised, {**CRITIC, **SPECTRAL, "spectral_norm": norm})
        sentence = str(caught.value)
        assert sentence.startswith("spectral_normalisation must be false here with the loss")
        assert sentence.count(".") == 1
    # Clipping limits the weights of batch normalisation, too.
    assert parse(Normalised, {**CRITIC, **CLIP}).weight_clip == 0.01
    for loss in ("non_saturating", "least_squares", "hinge", "relativistic"):
        assert parse(Normalised, {**SPECTRAL, "loss": loss}).spectral_normalisation


def test_what_limits_a_critic_is_taken() -> None:
    for limit in (CLIP, SPECTRAL, PENALTY, {**SPECTRAL, **PENALTY}, {**CLIP, **MINIBATCH}):
        assert parse(RunConfig, {**CRITIC, **limit}).loss == "wasserstein"


def test_every_other_pair_of_techniques_is_taken() -> None:
    techniques: list[dict[str, Any]] = [
        CLIP,
        SPECTRAL,
        PENALTY,
        MINIBATCH,
        SMOOTHING,
        UNROLLED,
        {"packing": 2},
        {"instance_noise": 0.1},
        {"average_decay": 0.9},
        {"schedule": "accuracy"},
        {"schedule": "plateau"},
        {"loss": "hinge"},
        {"loss": "relativistic"},
        {"loss": "least_squares"},
    ]
    refused = 0
    for one, other in combinations(techniques, 2):
        if one.keys() == other.keys():
            continue
        try:
            parse(RunConfig, {**one, **other})
        except ConfigError:
            refused += 1
    # Clip with spectral and penalty, penalty with minibatch and unrolled, smoothing with two.
    assert refused == 6


def test_every_technique_stands_under_a_challenge_and_most_name_a_paper() -> None:
    fields = RunConfig.model_fields
    techniques = [name for name in fields if meta(fields[name])["group"] in CHALLENGES]
    assert len(techniques) >= 20
    papers = [name for name in techniques if meta(fields[name])["paper"]]
    for name in ("loss", "packing", "unrolled_steps", "minibatch_kernels", "weight_clip"):
        assert name in papers
    assert {meta(fields[name])["group"] for name in techniques} == set(CHALLENGES)
