"""A rule of a user's folder says in CEL what must hold, from its card to its place in a file."""

from __future__ import annotations

from pathlib import Path

from gitlint_ops.rules.loader import load_cards

from .conftest import Judge

CARD = """\
id: own-selector
title: Workload does not select its own pods
severity: error
confidence: high
profile: recommended
subject: object
match:
  kinds: [Deployment]
  groups: [apps]
require: |
  self.?spec.?selector.?matchLabels.orValue({}).all(name,
    string(self.?spec.?template.?metadata.?labels[?name].orValue(""))
      == string(self.spec.selector.matchLabels[name]))
at: spec.selector.matchLabels
message: the selector {{ self.spec.selector.matchLabels }} asks for other labels than the pods carry
why: The API server refuses it.
fix: Use the same labels.
"""
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels: {app: site}
    spec: {containers: [{name: web, image: web}]}
"""


def test_a_users_card_in_cel_judges_the_objects_that_it_matches(tmp_path: Path, judge: Judge) -> None:
    (tmp_path / "own-selector").mkdir()
    (tmp_path / "own-selector" / "rule.yaml").write_text(CARD, encoding="utf-8")
    (card,) = load_cards([tmp_path])

    assert judge(card, {"web.yaml": WEB}) == [
        'web.yaml:6: the selector {"app": "web"} asks for other labels than the pods carry'
    ]
    assert judge(card, {"web.yaml": WEB.replace("app: site", "app: web")}) == []
    assert judge(card, {"web.yaml": WEB.replace("kind: Deployment", "kind: DaemonSet")}) == []
