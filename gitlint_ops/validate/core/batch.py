"""Jobs and CronJobs.

Source: k8s.io/kubernetes/pkg/apis/batch/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    Release,
    at_most_items,
    below,
    between,
    both,
    each,
    fields,
    forbids,
    is_settled,
    mapping,
    members,
    number,
    one_of,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.pods import mounts_of, template
from gitlint_ops.validate.core.schedules import schedule, time_zone
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.metadata import RULE as METADATA_RULE
from gitlint_ops.validate.name_syntax import dns_label, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given

_NOT_NEGATIVE = between(0)
_MOST_PARALLEL_INDEXED = 100_000
_POLICIES = ("Never", "OnFailure")


def _mounts(spec: Any) -> Iterator[Fault]:
    yield from below(("template", "spec"), mounts_of(mapping(spec.get("template")).get("spec")))


def _restarts(spec: Any) -> Iterator[Fault]:
    held = mapping(spec.get("template")).get("spec")
    if not isinstance(held, dict):
        return
    policy = held.get("restartPolicy")
    path = ("template", "spec")
    if policy in (None, "", "Always"):
        at = (*path, "restartPolicy") if "restartPolicy" in held else path
        yield wrong("a Job's pods need `restartPolicy` Never or OnFailure", *at, at_key=policy is None)
    elif spec.get("podFailurePolicy") is not None and policy == "OnFailure":
        yield wrong("with `podFailurePolicy` it must be Never", *path, "restartPolicy")


def _indexed(spec: Any) -> Iterator[Fault]:
    mode = spec.get("completionMode") or "NonIndexed"
    if mode == "Indexed":
        # Of neither, both are 1.
        if spec.get("completions") is None and spec.get("parallelism") is not None:
            yield wrong("completionMode Indexed needs `completions`", "completionMode")
        parallelism = number(spec.get("parallelism"))
        if parallelism is not None and parallelism > _MOST_PARALLEL_INDEXED:
            yield wrong(f"expected at most {_MOST_PARALLEL_INDEXED}, got {given(parallelism)}", "parallelism")
    elif is_settled(mode):
        for name in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if spec.get(name) is not None:
                yield wrong(f"`{name}` needs completionMode: Indexed", name, at_key=True)


def _failed_indexes(spec: Any) -> Iterator[Fault]:
    if spec.get("maxFailedIndexes") is not None and spec.get("backoffLimitPerIndex") is None:
        yield wrong("`maxFailedIndexes` needs `backoffLimitPerIndex`", "maxFailedIndexes", at_key=True)
    most, failed = number(spec.get("completions")), number(spec.get("maxFailedIndexes"))
    if most is not None and failed is not None and failed > most:
        yield wrong(f"expected at most completions ({most}), got {given(failed)}", "maxFailedIndexes")


def _successes(spec: Any) -> Iterator[Fault]:
    most = number(spec.get("completions"))
    for index, rule in members(spec.get("successPolicy"), "rules"):
        path = ("successPolicy", "rules", index)
        count, indexes = number(rule.get("succeededCount")), rule.get("succeededIndexes")
        if count is None and indexes is None:
            yield wrong("`succeededCount` or `succeededIndexes` is required", *path, at_key=True)
        if count is not None and most is not None and count > most:
            yield wrong(f"expected at most completions ({most}), got {given(count)}", *path, "succeededCount")
        if isinstance(indexes, str) and is_settled(indexes) and not _are_indexes(indexes, most):
            said = f"{given(indexes)} is no list of indexes below `completions`, such as 0,2-4"
            yield wrong(said, *path, "succeededIndexes")


_INDEXES = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


def _are_indexes(text: str, most: int | None) -> bool:
    last = -1
    for part in text.split(",") if text else ():
        found = _INDEXES.fullmatch(part)
        if found is None:
            return False
        first, end = int(found[1]), int(found[2] or found[1])
        if first <= last or end < first or (most is not None and end >= most):
            return False
        last = end
    return True


def _manager(name: str) -> str:
    domain, _, path = name.partition("/")
    return "it must be <domain>/<path>, such as example.com/queue" if not path else dns_subdomain(domain)


def _failure_containers(spec: Any) -> Iterator[Fault]:
    held = mapping(spec.get("template")).get("spec")
    names = {one.get("name") for key in ("containers", "initContainers") for _, one in members(held, key)}
    for index, rule in members(spec.get("podFailurePolicy"), "rules"):
        if rule.get("action") == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            said = "FailIndex needs `backoffLimitPerIndex`"
            yield wrong(said, "podFailurePolicy", "rules", index, "action")
        name = mapping(rule.get("onExitCodes")).get("containerName")
        if isinstance(name, str) and is_settled(name) and name not in names:
            path = ("podFailurePolicy", "rules", index, "onExitCodes", "containerName")
            yield wrong(f"the pod has no container {given(name)[len('the string ') :]}", *path)


def _failure_rule(rule: Any) -> Iterator[Fault]:
    codes, conditions = rule.get("onExitCodes") is not None, bool(rule.get("onPodConditions"))
    if codes == conditions:
        yield wrong("exactly one of `onExitCodes` and `onPodConditions` is required", at_key=True)


def _exit_codes(value: Any) -> Iterator[Fault]:
    values = value.get("values")
    if values == []:
        yield wrong("at least one exit code is required", "values")
    if not isinstance(values, list) or not values:
        return
    numbers = [number(one) for one in values]
    known = [one for one in numbers if one is not None]
    if known != sorted(known):
        yield wrong("the exit codes must be in ascending order", "values")
    if value.get("operator") == "In" and 0 in numbers:
        yield wrong("0 (success) is not allowed with operator In", "values", numbers.index(0))


_FAILURE_POLICY = fields(
    {
        "rules": both(
            at_most_items(20),
            each(
                fields(
                    {
                        "action": one_of("FailJob", "FailIndex", "Ignore", "Count", empty=False),
                        "onExitCodes": fields({"operator": one_of("In", "NotIn", empty=False)}, _exit_codes),
                        "onPodConditions": each(
                            fields(
                                {
                                    "type": text(qualified_name, required=True),
                                    "status": one_of("True", "False", "Unknown"),
                                }
                            )
                        ),
                    },
                    _failure_rule,
                )
            ),
        )
    }
)


def _job_spec(release: Release, *crossing: Check) -> Check:
    counts = dict.fromkeys(
        (
            "parallelism",
            "completions",
            "activeDeadlineSeconds",
            "backoffLimit",
            "ttlSecondsAfterFinished",
            "backoffLimitPerIndex",
            "maxFailedIndexes",
        ),
        _NOT_NEGATIVE,
    )
    table: dict[str, Check] = {
        **counts,
        "completionMode": one_of("NonIndexed", "Indexed", empty=False),
        "podReplacementPolicy": one_of("Failed", "TerminatingOrFailed", empty=False),
        "podFailurePolicy": _FAILURE_POLICY,
        "selector": label_selector,
        "managedBy": text(_manager),
        "successPolicy": fields({"rules": some("at least one rule")}),
        # That of a Job is judged by _restarts, which knows both ways to write it wrongly.
        "template": template(release, restart=("Always", *_POLICIES)),
    }
    return fields(
        table, _mounts, _restarts, _indexed, _failed_indexes, _successes, _failure_containers, *crossing
    )


def _own_selector(spec: Any) -> Iterator[Fault]:
    if spec.get("selector") is not None and spec.get("manualSelector") is not True:
        said = "`selector` is made by the API server, and needs manualSelector: true otherwise"
        yield wrong(said, "selector", at_key=True)
    if spec.get("selector") is None and spec.get("manualSelector") is True:
        yield wrong("with manualSelector: true `selector` is required", "manualSelector")


def _names_of_pods(value: Any) -> Iterator[Fault]:
    """The pods of an indexed Job are hosts with its name, a hyphen and their index."""
    name, spec = mapping(value.get("metadata")).get("name"), mapping(value.get("spec"))
    completions = number(spec.get("completions"))
    if spec.get("completionMode") != "Indexed" or not completions or completions < 1:
        return
    if isinstance(name, str) and is_settled(name) and (reason := dns_label(f"{name}-{completions - 1}")):
        said = f"{given(name)} cannot begin the names of this Job's pods: {reason}"
        yield wrong(said, "metadata", "name", rule=METADATA_RULE)


def job(release: Release) -> Check:
    """A Job."""
    return fields({"spec": _job_spec(release, _own_selector)}, _names_of_pods)


def _no_manual_selector(spec: Any) -> Iterator[Fault]:
    if spec.get("manualSelector") is True:
        yield wrong("`manualSelector` must not be given in a CronJob", "manualSelector", at_key=True)


def cron_job(release: Release) -> Check:
    """A CronJob; time zones are known since 1.25."""
    job_template = fields(
        {"spec": _job_spec(release, forbids("selector", "in a CronJob"), _no_manual_selector)}
    )
    table: dict[str, Check] = {
        "schedule": schedule(release),
        "timeZone": time_zone,
        "startingDeadlineSeconds": _NOT_NEGATIVE,
        "successfulJobsHistoryLimit": _NOT_NEGATIVE,
        "failedJobsHistoryLimit": _NOT_NEGATIVE,
        "concurrencyPolicy": one_of("Allow", "Forbid", "Replace"),
        "jobTemplate": job_template,
    }
    return fields({"spec": fields(table)})
