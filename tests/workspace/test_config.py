"""The configuration file."""

from __future__ import annotations

import pickle
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
from msgspec.structs import fields, replace

from gitlint_ops.model.cards import Profile
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Severity
from gitlint_ops.model.location import FileRef
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.config import (
    Config,
    DeclaredCluster,
    Environment,
    Operators,
    PathSettings,
    RemoteRepository,
    RuleSettings,
    SchemaSettings,
    decode_config,
    load_config,
    read_config,
)
from gitlint_ops.workspace.config_faults import config_schema

FILE = FileRef("shop", "worktree", "gitlint-ops.yaml")

FULL = """\
kubernetes: "1.34"
repositories:
- {path: ., url: https://git.example/acme/shop-env}
- {path: ../shop-api, url: https://git.example/acme/shop-api}
environments:
  production: {paths: [production/**, clusters/prod-*/**], branches: [main], kubernetes: "1.33"}
  staging: {paths: [staging/**]}
clusters:
- {name: prod-eu, environment: production, server: https://api.example, labels: {region: eu}}
operators: {argocd: "3.1", flux: "2.7"}
rules:
  profile: strict
  select: [images]
  ignore: [tag-mutable]
  severity: {tag-partial: error}
  params: {tag-partial: {parts: 2}}
  paths:
  - {paths: [vendor/**], ignore: [schema-violation], reason: from upstream, until: "2027-01-31"}
  folders: [policies]
schemas: {crds: [schemas/crds]}
baseline: .baseline.json
fail_on: warning
exclude: [examples/]
"""


def refusal(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        decode_config(dedent(text).encode(), FILE)
    return caught.value


def test_every_setting_is_read() -> None:
    config = decode_config(FULL.encode(), FILE)

    assert replace(config, source=None) == Config(
        kubernetes="1.34",
        repositories=(
            RemoteRepository(".", "https://git.example/acme/shop-env"),
            RemoteRepository("../shop-api", "https://git.example/acme/shop-api"),
        ),
        environments=(
            Environment("production", ("production/**", "clusters/prod-*/**"), ("main",), "1.33"),
            Environment("staging", ("staging/**",)),
        ),
        clusters=(DeclaredCluster("prod-eu", "production", "https://api.example", {"region": "eu"}),),
        operators=Operators("3.1", "2.7"),
        rules=RuleSettings(
            profile=Profile.STRICT,
            select=("images",),
            ignore=("tag-mutable",),
            severity={"tag-partial": Severity.ERROR},
            params={"tag-partial": {"parts": 2}},
            paths=(PathSettings(("vendor/**",), ("schema-violation",), "from upstream", "2027-01-31"),),
            folders=("policies",),
        ),
        schemas=SchemaSettings(("schemas/crds",)),
        baseline=".baseline.json",
        fail_on="warning",
        exclude=("examples/",),
    )
    assert [one.name for one in config.declared_environments] == ["production", "staging"]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "environments:\nrules:\n  select:\n"])
def test_a_setting_without_a_value_is_unset(text) -> None:
    assert replace(decode_config(text.encode(), FILE), source=None) == Config()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("kubernets: '1.34'\n", "1:1: unknown key 'kubernets'", "did you mean 'kubernetes'?"),
        ("rules:\n  profil: strict\n", "2:3: unknown key 'profil'", "did you mean 'profile'?"),
        ("operators:\n  helm: '3'\n", "2:3: unknown key 'helm'", "known here: argocd, flux"),
        (
            "environments:\n  prod:\n    path: [a]\n",
            "3:5: unknown key 'path'",
            "did you mean 'paths'?",
        ),
        (
            "kubernetes: 1.30\n",
            "1:13: 'kubernetes' is the number 1.3 and must be a text",
            "put it in quotes, or YAML reads it as a number",
        ),
        ("kubernetes: latest\n", "1:13: 'kubernetes' cannot be 'latest'", 'for example "1.34"'),
        (
            "exclude: examples\n",
            "1:10: 'exclude' is a text and must be a list",
            "write it as a list: [examples]",
        ),
        ("exclude:\n- 'a'\n- '!b'\n", "3:3: 'exclude[1]' starts with '!', and globs cannot be negated", ""),
        ("exclude: ['']\n", "1:11: 'exclude[0]' is empty", 'for example "production/**"'),
        (
            "fail_on: warnings\n",
            "1:10: 'fail_on' is 'warnings' and must be one of error, warning, note, never",
            "did you mean 'warning'?",
        ),
        (
            "rules: {severity: {tag-mutable: high}}\n",
            "1:33: 'rules.severity.tag-mutable' is 'high' and must be one of error, warning, note",
            "",
        ),
        (
            "rules: {severity: {'bad name': error}}\n",
            "1:20: 'bad name' is no valid name here",
            'for example "tag-mutable"',
        ),
        ("exclude: [%s]\n" % ("x" * 1001), "1:11: 'exclude[0]' is too long", 'for example "production/**"'),
        (
            "repositories:\n- {path: ../a}\n",
            "2:3: 'repositories[0]' needs 'url'",
            "url: The URL by which manifests name it.",
        ),
        (
            "rules:\n  paths:\n  - {paths: [a], ignore: [b]}\n",
            "3:5: 'rules.paths[0]' needs 'reason'",
            "reason: Why they are accepted; reports show it.",
        ),
        (
            "rules:\n  paths:\n  - {paths: [a], ignore: [b], reason: c, until: '2027-02-30'}\n",
            "3:49: there is no day '2027-02-30'",
            "",
        ),
        ("- a\n", "1:1: the configuration is a list and must be a mapping", ""),
        ("just text\n", "1:1: the configuration is a text and must be a mapping", ""),
        (
            "environments: {production: {}}\nclusters:\n- {name: a, environment: prodution}\n",
            "3:26: no environment 'prodution' is declared",
            "did you mean 'production'?",
        ),
        ("clusters:\n- {name: a}\n- {name: a}\n", "3:10: there are two clusters 'a'", ""),
        ("a: 1\n---\nb: 1\n", "a configuration is one YAML document, and here starts a second one", ""),
    ],
)
def test_a_mistake_is_refused_at_its_place_with_what_to_do(text, message, hint) -> None:
    error = refusal(text)

    assert str(error).endswith(message)
    assert str(error).startswith("gitlint-ops.yaml:")
    assert error.hint == hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("baseline: ../../etc/passwd\n", "1:11: '../../etc/passwd' leads out of the repository"),
        ("baseline: /etc/passwd\n", "1:11: '/etc/passwd' is an absolute path"),
        ("schemas: {crds: [crds, ../up]}\n", "1:24: '../up' leads out of the repository"),
        ("rules: {folders: [/opt/rules]}\n", "1:19: '/opt/rules' is an absolute path"),
        (
            "repositories: [{path: /srv/x, url: u}]\n",
            "1:23: '/srv/x' is an absolute path, which means nothing on another machine",
        ),
    ],
)
def test_a_path_out_of_the_repository_is_refused(text, message) -> None:
    assert str(refusal(text)) == f"gitlint-ops.yaml:{message}"


def test_of_several_mistakes_the_first_in_the_file_is_said() -> None:
    assert "unknown key 'aaa'" in str(refusal("kubernetes: '1.34'\naaa: 1\nzzz: 2\nfail_on: x\n"))


def test_text_that_is_no_yaml_is_refused_at_its_place() -> None:
    assert str(refusal("rules:\n  a: [\n")).startswith("gitlint-ops.yaml:")


def test_a_key_that_stands_twice_is_refused() -> None:
    assert str(refusal("exclude: [a]\nexclude: [b]\n")).startswith("gitlint-ops.yaml:2:1: ")


@pytest.mark.parametrize(
    "text",
    [
        b"\0\1\2",
        b"\xff\xfe\x00",
        b"a: &a [*a]\n",
        b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" + b"c: [*b,*b,*b]\n" * 9,
        b"rules: {params: {x: {y: .nan}}, bad: 1}\n",
        b"1: 2\n",
        b"{{ .Values.x }}\n",
        b"[" * 100_000,
        b"exclude: " + b"x" * 2_000_000,
    ],
)
def test_hostile_text_is_refused(text) -> None:
    with pytest.raises(UsageError):
        decode_config(text, FILE)


def test_a_setting_can_be_located_afterwards() -> None:
    config = decode_config(FULL.encode(), FILE)

    assert str(config.location(("rules", "ignore", 0))) == "gitlint-ops.yaml:14:12"
    assert str(config.location(("rules", "severity", "tag-partial"), key=True)) == "gitlint-ops.yaml:15:14"
    assert Config().location(("rules",)) is None


def test_a_configuration_travels_between_processes() -> None:
    config = decode_config(FULL.encode(), FILE)

    assert pickle.loads(pickle.dumps(config)) == config


@pytest.mark.parametrize("name", ["gitlint-ops.yaml", ".gitlint-ops.yaml"])
@pytest.mark.parametrize("revision", ["worktree", "index", "HEAD"])
def test_it_is_found_in_the_root_at_the_revision_that_is_checked(make_repository, name, revision) -> None:
    git = make_repository({name: "fail_on: error\n", "sub/gitlint-ops.yaml": "fail_on: never\n"})

    config = load_config(git.tree(revision))

    assert config.fail_on == "error"
    assert config.source is not None
    assert config.source.file.path == name


def test_without_a_file_nothing_is_set(make_repository) -> None:
    assert load_config(make_repository({"a.yaml": ""}).tree()) == Config()


def test_two_files_are_refused(make_repository) -> None:
    git = make_repository({"gitlint-ops.yaml": "", ".gitlint-ops.yaml": ""})

    with pytest.raises(UsageError, match=r"there are both gitlint-ops.yaml and .gitlint-ops.yaml"):
        load_config(git.tree())


def test_a_file_under_a_name_that_is_never_read_is_said(make_repository) -> None:
    git = make_repository({"gitlint-ops.yml": ""})

    with pytest.raises(UsageError, match=r"gitlint-ops.yml is not read") as caught:
        load_config(git.tree())
    assert caught.value.hint == "rename it to gitlint-ops.yaml, in YAML"


def test_a_link_out_of_the_repository_is_not_followed(make_repository) -> None:
    git = make_repository({"a.yaml": ""})
    (git.folder / "gitlint-ops.yaml").symlink_to("/etc/passwd")

    with pytest.raises(UsageError, match=r"gitlint-ops.yaml leads out of the repository"):
        load_config(git.tree())


def test_a_file_that_the_user_names_is_read_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "team.yaml").write_text("fail_on: never\n")

    assert read_config("team.yaml", cwd=str(tmp_path)).fail_on == "never"


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"team.yaml does not exist"):
        read_config("team.yaml", cwd=str(tmp_path))


def test_the_schema_is_a_valid_one_and_says_what_every_setting_is_for() -> None:
    schema = config_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    for name, setting in schema["properties"].items():
        assert setting.get("title"), name


def test_the_schema_and_the_values_have_the_same_settings() -> None:
    schema = config_schema()["properties"]
    rules = schema["rules"]["properties"]
    pairs = [
        (schema, Config, {"folder", "source"}),
        (rules, RuleSettings, set()),
        (rules["paths"]["items"]["properties"], PathSettings, set()),
        (schema["repositories"]["items"]["properties"], RemoteRepository, set()),
        (schema["environments"]["additionalProperties"]["properties"], Environment, {"name"}),
        (schema["clusters"]["items"]["properties"], DeclaredCluster, set()),
        (schema["operators"]["properties"], Operators, set()),
        (schema["schemas"]["properties"], SchemaSettings, set()),
    ]

    for described, values, beside in pairs:
        assert set(described) == {one.name for one in fields(values)} - beside, values


def test_the_schema_names_the_profiles_and_severities_that_there_are() -> None:
    rules = config_schema()["properties"]["rules"]["properties"]

    assert set(rules["profile"]["enum"]) <= {one.value for one in Profile}
    assert set(rules["severity"]["additionalProperties"]["enum"]) == {one.value for one in Severity}


def test_the_full_example_is_valid_for_editors() -> None:
    body = read(FULL.encode(), Typing.KUBECTL).documents[0].body

    jsonschema.validate(body, config_schema())
