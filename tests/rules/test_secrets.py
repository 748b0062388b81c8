from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.blame import Via
from gitlint_ops.model.cards import Card
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.rules.checks.known_tokens import known_token
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind
from gitlint_ops.rules.checks.secret_values import assignments, is_placeholder, is_random
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs

from .conftest import Judge, documents_of, rendered

RULE = "secret-plaintext"
# Made up for these tests; no service ever issued them.
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PRIVATE_KEY = (
    "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 4 + "\n-----END RSA PRIVATE KEY-----\n"
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("DB_PASSWORD", NameKind.SECRET),
        ("keyStorePassword", NameKind.SECRET),
        ("adminpassword", NameKind.SECRET),
        ("ADMIN_PASSWORD_BASE64", NameKind.SECRET),
        ("clientSecret", NameKind.SECRET),
        ("GOOGLE_API_KEY", NameKind.SECRET),
        ("auth-token", NameKind.SECRET),
        ("TLS_SECRET", NameKind.REFERENCE_OR_SECRET),
        ("secretKey", NameKind.REFERENCE_OR_SECRET),
        ("POSTGRES_VERSION", NameKind.HARMLESS),
        ("AWS_ACCESS_KEY_ID", NameKind.HARMLESS),
        ("secretName", NameKind.HARMLESS),
        ("passwordFile", NameKind.HARMLESS),
        ("PASSWORD_RESET_DISABLE", NameKind.UNKNOWN),
        ("secret.reloader.stakater.com/reload", NameKind.UNKNOWN),
        ("existingSecret", NameKind.UNKNOWN),
        ("publicKey", NameKind.UNKNOWN),
        ("htpasswd", NameKind.UNKNOWN),
        ("maxTokens", NameKind.UNKNOWN),
        ("", NameKind.UNKNOWN),
    ],
)
def test_the_end_of_a_name_says_what_its_value_is(name: str, kind: NameKind) -> None:
    assert name_kind(name) is kind


@pytest.mark.parametrize(
    "value",
    [
        "changeme", "change me\n", "CHANGE_ME", "__REPLACE_ME__", "UPDATE_AWS_ACCESS_KEY_ID",
        "<your password>", "[[ password ]]",
        "${DB_PASSWORD}", "$(DB_PASSWORD)", "{{ .Values.password }}", "<path:kv/data/shop#token>", "xxxxxxxx",
        "****",
        "ref+vault://kv/shop", "vault:kv/shop", "op://vault/item/field", "ENC[AES256_GCM,data:abc]", "none",
        "true",
        "%PASSWORD%", "%%PASSWORD%%", "avp:secret/db", "vault:secret/data/db#password",
        "GOOGLE_API_KEY_VAL", "your-password-here", "Y2hhbmdlbWU=", "TODO", "example",
        "insert token here", "",
    ],
)  # fmt: skip
def test_a_placeholder_is_no_credential(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "hunter2", "admin123", "ssoadmin", "super-secret-password", "storageos", "kHPdpIYtdtGXeStv",
        "4dh8qnwV",
        "example-keycloak-L6o2YuuyTOFl4YamLKGZfUU4zqLI30SskhctkFZ_-S=", "password", "P@ssw0rd!",
    ],
)  # fmt: skip
def test_a_weak_password_is_a_credential(value: str) -> None:
    assert not is_placeholder(value)


def test_what_a_person_wrote_does_not_look_random() -> None:
    assert is_random("NWU5MzI2ZWUtYWM4ZC00MGJm")
    assert not is_random("my-very-long-service-name-01")
    assert not is_random("https://example.com/a1b2c3d4")


@given(st.text(max_size=2_000))
def test_any_text_can_be_looked_at(text: str) -> None:
    is_placeholder(text)
    is_random(text)
    assert all(isinstance(value, str) for _, _, value in assignments(text))


@pytest.mark.parametrize(
    ("key", "value", "flagged"),
    [
        ("password", "hunter2", True),
        ("anything", "NWU5MzI2ZWUtYWM4ZC00MGJmLTkwNjA", True),
        ("id_rsa", PRIVATE_KEY, True),
        ("config", f"token={GITHUB}", True),
        ("url", "https://shop:hunter2@db.example/", True),
        ("app.properties", "user=shop\npassword=hunter2\n", True),
        (".dockerconfigjson", '{"auths": {"ghcr.io": {"auth": "c2hvcDpodW50ZXIy"}}}', True),
        ("url", "https://shop:${PASSWORD}@db.example/", False),
        ("url", "https://db.example/", False),
        ("tls.crt", "-----BEGIN CERTIFICATE-----\nMIIC\n", False),
        ("ssh.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMade", False),
        ("password.txt", "Xk29fjQ8sLmm01", True),
        ("readme.txt", "Xk29fjQ8", False),
        ("username", "admin", False),
        ("POSTGRES_VERSION", "10", False),
        ("keyStorePath", "/amq/extra/volumes/keystore.jks", False),
        ("htpasswd", "admin:$apr1$635ADJPM$Qu/z22gokvPj6QbY7H7Dp0", False),
        ("app.properties", "HAPolicyConfiguration=SHARED_STORE_PRIMARY\n", False),
        ("app.properties", "user=shop\npassword=${PASSWORD}\n", False),
    ],
)
def test_a_key_of_a_secret_is_judged_by_its_name_and_value(
    key: str, value: str, flagged: bool, judge: Judge
) -> None:
    encoded = base64.b64encode(value.encode()).decode()
    as_data = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: web}}\ndata:\n  {key}: {encoded}\n"
    as_text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: web}}\nstringData:\n  {key}: {value!r}\n"

    found = [f"secret.yaml:5: '{key}' of this Secret stands in the repository in clear"] if flagged else []

    assert judge(RULE, {"secret.yaml": as_data}) == found
    assert "\n" in value or judge(RULE, {"secret.yaml": as_text}) == found


def test_a_keystore_in_a_secret_is_a_credential(judge: Judge) -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {web.jks: /u3+7Q==, logo.png: /u3+7Q==}\n"
    )

    assert judge(RULE, {"secret.yaml": secret}) == [
        "secret.yaml:4: 'web.jks' of this Secret stands in the repository in clear"
    ]


def test_what_sops_encrypted_is_silent_even_as_a_list(judge: Judge) -> None:
    listed = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: web}
  data: {password: "ENC[AES256_GCM,data:abc=,iv:abc=,tag:abc=,type:str]"}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec: {template: {spec: {containers: [{name: web, env: [{name: PASSWORD, value: not-a-secret}]}]}}}
sops: {version: 3.8.1}
"""

    assert judge(RULE, {"list.yaml": listed}) == []


@pytest.mark.parametrize(
    ("rule", "flagged"),
    [
        ("encrypted_regex: ^(password)$", True),
        ("unencrypted_suffix: _clear", True),
        ("unencrypted_regex: ^api", False),
        ("unencrypted_suffix: -token", False),
    ],
)
def test_what_sops_missed_is_a_credential_and_what_it_was_told_to_leave_is_none(
    rule: str, flagged: bool, judge: Judge
) -> None:
    secret = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: web}}
stringData:
  password: ENC[AES256_GCM,data:abc=,iv:abc=,tag:abc=,type:str]
  api-token: 9f8e7d6c5b4a39281706f5e4d3c2b1a0
sops:
  mac: ENC[AES256_GCM,data:abc=,iv:abc=,tag:abc=,type:str]
  {rule}
"""
    found = ["secret.yaml:6: 'api-token' of this Secret stands in the repository in clear"]

    assert judge(RULE, {"secret.yaml": secret}) == (found if flagged else [])


@pytest.mark.parametrize(
    ("name", "value", "flagged"),
    [
        ("SSO_SECRET", "BqkTUqJt", True),
        ("SSO_SECRET", "web-app-secret", False),
        ("SSO_SECRET", "MySecretName", False),
        ("SSO_SECRET", "myPullSecret2", False),
        ("SSO_KEY", "BqkTUqJt", False),
        ("SSO_SECRET", "%%SSO_SECRET%%", False),
    ],
)
def test_a_secret_of_the_environment_is_a_credential_where_it_is_no_name(
    name: str, value: str, flagged: bool, judge: Judge
) -> None:
    pod = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  containers:
  - name: web
    env:
    - {{name: {name}, value: "{value}"}}
"""
    found = [f"pod.yaml:8: the value of {name} stands in the repository in clear"]

    assert judge(RULE, {"pod.yaml": pod}) == (found if flagged else [])


@pytest.mark.parametrize(
    ("group", "field", "flagged"),
    [
        ("keycloak.org", "secret: 5e9326ee-ac8d-40bf-9060-e91dbe9d9000", True),
        ("keycloak.org", "secret: openshift-client", False),
        ("keycloak.org", "secret: 00000000-0000-4000-8000-000000000000", False),
        ("keycloak.org", "secretId: 5e9326ee-ac8d-40bf-9060-e91dbe9d9000", False),
        ("external-secrets.io", "secret: 5e9326ee-ac8d-40bf-9060-e91dbe9d9000", False),
    ],
)
def test_a_uuid_as_secret_of_a_custom_resource_is_a_credential(
    group: str, field: str, flagged: bool, judge: Judge
) -> None:
    body = f"apiVersion: {group}/v1\nkind: Client\nmetadata: {{name: web}}\nspec:\n  client:\n    {field}\n"
    found = ["client.yaml:6: the value of 'secret' stands in the repository in clear"]

    assert judge(RULE, {"client.yaml": body}) == (found if flagged else [])


@pytest.mark.parametrize(
    "comment", ["# connectionPassword=secret", "// password: hunter2", "/*\n   password=hunter2\n   */"]
)
def test_what_a_comment_of_a_text_shows_is_no_credential(comment: str, judge: Judge) -> None:
    text = f"{comment}\nuser=shop\nglob=/api/*\n".replace("\n", "\n    ")
    secret = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: web}}\nstringData:\n  app.conf: |\n    {text}"

    assert judge(RULE, {"secret.yaml": secret}) == []
    assert judge(RULE, {"secret.yaml": f"{secret}password=hunter2\n    # */\n"}) == [
        "secret.yaml:5: 'app.conf' of this Secret stands in the repository in clear"
    ]


@pytest.mark.parametrize("kind", ["SealedSecret", "ExternalSecret", "SecretProviderClass"])
def test_objects_that_stand_for_secrets_are_silent(kind: str, judge: Judge) -> None:
    body = (
        f"apiVersion: example.com/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{password: AgBy3i4O}}\n"
    )

    assert judge(RULE, {"sealed.yaml": body}) == []


def test_values_of_a_chart_are_judged_by_their_keys(judge: Judge) -> None:
    values = """\
admin: {username: storageos, password: storageos}
env:
- {name: API_TOKEN, value: qecirheM}
- {name: API_URL, value: https://api.example}
existingSecret: web-admin
store: {secret: web-secret}
tls: {secretName: web-tls}
podAnnotations: {example.com/token: abc}
auth: {passwordSecretRef: {name: web, key: password}}
"""

    assert judge(RULE, {"values.yaml": values}) == [
        "values.yaml:1: the value of 'password' stands in the repository in clear",
        "values.yaml:3: the value of API_TOKEN stands in the repository in clear",
    ]


def test_a_template_is_judged_with_what_it_wraps_and_its_parameters(judge: Judge) -> None:
    template = """\
apiVersion: template.openshift.io/v1
kind: Template
metadata: {name: web}
objects:
- apiVersion: v1
  kind: Secret
  metadata: {name: web}
  stringData: {password: "${PASSWORD}", token: qecirheM}
parameters:
- {name: PASSWORD, value: hunter2}
- {name: OTHER_PASSWORD, generate: expression}
"""

    assert judge(RULE, {"template.yaml": template}) == [
        "template.yaml:10: the value of PASSWORD stands in the repository in clear",
        "template.yaml:8: 'token' of this Secret stands in the repository in clear",
    ]


def test_a_token_of_a_known_service_in_a_config_map_is_found(judge: Judge) -> None:
    data = f"data: {{a: 'x {GITHUB} y', b: ghp_short}}\n"
    body = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web}}\n{data}"

    assert judge(RULE, {"map.yaml": body}) == [
        "map.yaml:4: a GitHub token in 'a' stands in the repository in clear"
    ]


def test_a_secret_of_a_generator_is_judged_as_it_is_rendered(cards: dict[str, Card]) -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {password: aHVudGVyMg==}\n"
    (document,) = documents_of({"secret.yaml": text})

    def found(via: Via) -> list[str]:
        target = BuildTarget("repo", "", TargetKind.KUSTOMIZE)
        built = BuildResult(target, Status.BUILT, (rendered(document, target.id, via),))
        return [one.message for one in run_rules([cards[RULE]], RuleInputs((built,)))]

    assert found(Via.GENERATOR) == ["'password' of this Secret stands in the repository in clear"]
    # What is written in a file is judged where it stands, not in every target again.
    assert found(Via.RESOURCE) == []


def test_keys_that_documentation_shows_are_no_credentials() -> None:
    assert known_token(GITHUB) == "a GitHub token"
    assert known_token("AGE-SECRET-KEY-1" + "QPZRY9X8GF" * 5 + "2TVDW0S3") == "an age key"
    assert known_token("AKIAIOSFODNN7EXAMPLE") is None
    assert known_token("-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----") is None


def test_texts_without_a_marker_do_not_pay_for_the_detectors() -> None:
    program = (
        "import sys; from gitlint_ops.rules.checks.known_tokens import known_token;"
        " known_token('password: hunter2'); print('detect_secrets' in sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False"
