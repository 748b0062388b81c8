"""Mistakes that the API server refuses (and oddities that it takes), as a real one of 1.37 said."""

from __future__ import annotations

import pytest

from gitlint_ops.validate.objects import Validator

from .conftest import object_of
from .definition_texts import judged, spec_of


def service(more: str) -> str:
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80}}]
  {more}
"""


def pod(more: str, container: str = "") -> str:
    return f"""\
apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  containers: [{{name: web, image: web{container}}}]
  {more}
"""


def job(more: str) -> str:
    template = "template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}"
    return f"{{apiVersion: batch/v1, kind: Job, metadata: {{name: a}}, spec: {{{template}, {more}}}}}"


REFUSED: list[tuple[str, str, str]] = [
    ("an empty word where the field is a pointer", service("ipFamilyPolicy: ''"), "expected one of"),
    ("an empty class of load balancers", service("loadBalancerClass: ''"), "it is empty"),
    ("leading zeros in an address", service("externalIPs: [010.0.0.1]"), "is ambiguous"),
    ("IPv4 within IPv6", service("externalIPs: ['::ffff:10.0.0.1']"), "is ambiguous"),
    ("an empty address", service("externalIPs: ['']"), "it is empty"),
    ("an option of name servers without a name", pod("dnsConfig: {options: [{value: '1'}]}"), "required"),
    ("an empty host name", pod("hostAliases: [{ip: 10.0.0.1, hostnames: ['']}]"), "it is empty"),
    (
        "a limit that is null, which is 0",
        pod("", ", resources: {requests: {cpu: 1}, limits: {cpu: null}}"),
        "at most the limit, 0",
    ),
    (
        "a reference to a key of no ConfigMap",
        pod("", ", env: [{name: A, valueFrom: {configMapKeyRef: {key: a}}}]"),
        "`name` is required",
    ),
    (
        "a negative generation",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, generation: -1}}",
        "expected at least 0",
    ),
    (
        "an empty level of pod security",
        "{apiVersion: v1, kind: Namespace,"
        " metadata: {name: a, labels: {pod-security.kubernetes.io/enforce: null}}}",
        "must be one of privileged",
    ),
    (
        "a class without a controller",
        "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}, spec: {}}",
        "`controller` is required",
    ),
    (
        "a controller that is no path of a domain",
        "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a},"
        " spec: {controller: nginx}}",
        "<domain>/<path>",
    ),
    (
        "an address of nothing",
        "{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: 10.0.0.1},"
        " spec: {parentRef: {resource: services, name: a/b}}}",
        "must not contain '/'",
    ),
    (
        "half a pod in a quota",
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: a}, spec: {hard: {pods: 1500m}}}",
        "no whole number",
    ),
    (
        "storage in a limit of containers",
        "{apiVersion: v1, kind: LimitRange, metadata: {name: a},"
        " spec: {limits: [{type: Container, max: {storage: 1Gi}}]}}",
        "unknown resource `storage`",
    ),
    (
        "a least amount above one that is null",
        "{apiVersion: v1, kind: LimitRange, metadata: {name: a},"
        " spec: {limits: [{type: Container, min: {memory: 1Gi}, max: {memory: null}}]}}",
        "above `max`",
    ),
    (
        "a topology that is asked for twice",
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisioner: x.example.com,"
        " allowedTopologies: [{matchLabelExpressions: [{key: a, values: [x]}]},"
        " {matchLabelExpressions: [{key: a, values: [x]}]}]}",
        "asks for the same",
    ),
    (
        "a volume by a relative path",
        "{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}, spec: {capacity: {storage: 1Gi},"
        " accessModes: [ReadWriteOnce], nfs: {server: a, path: b}}}",
        "absolute path",
    ),
    (
        "a source of another group than that of claims",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes:"
        " [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, dataSourceRef: {kind: Snap, name: a}}}",
        "must be PersistentVolumeClaim",
    ),
    (
        "an indexed Job whose pods cannot be hosts",
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a.b}, spec: {completions: 3, completionMode:"
        " Indexed, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}",
        "cannot begin the names",
    ),
    (
        "a time without microseconds",
        "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: a},"
        " spec: {renewTime: '2026-01-02T03:04:05Z'}}",
        "is no time such as",
    ),
    (
        "an aggregated API without a server that skips its certificate",
        "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.a.example.com},"
        " spec: {group: a.example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 1,"
        " insecureSkipTLSVerify: true}}",
        "needs `service`",
    ),
    (
        "an event of another namespace",
        "{apiVersion: v1, kind: Event, metadata: {name: a, namespace: shop}, involvedObject: {kind: Pod}}",
        "must be the event's own (shop)",
    ),
    (
        "queues that cannot be dealt",
        "{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: PriorityLevelConfiguration, metadata: {name: a},"
        " spec: {type: Limited,"
        " limited: {limitResponse: {type: Queue, queuing: {queues: 65536, handSize: 4}}}}}",
        "too many to be dealt",
    ),
    (
        "a flow for a namespace that cannot be",
        "{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: a}, spec:"
        " {priorityLevelConfiguration: {name: a}, matchingPrecedence: 9, rules: [{subjects: [{kind: Group,"
        " group: {name: a}}], resourceRules: [{verbs: [get], apiGroups: ['*'], resources: ['*'],"
        " namespaces: [a.b]}]}]}}",
        "lower-case",
    ),
    (
        "a controller of replicas without a template",
        "{apiVersion: v1, kind: ReplicationController, metadata: {name: a}, spec: {}}",
        "`template` is required",
    ),
    (
        "a field of no label",
        pod("", ", env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['a b']\"}}}]"),
        "names no key",
    ),
    (
        "a mount that is read-only below and not above",
        pod(
            "volumes: [{name: v, emptyDir: {}}]",
            ", volumeMounts: [{name: v, mountPath: /v, recursiveReadOnly: Enabled}]",
        ),
        "needs readOnly: true",
    ),
    (
        "a kernel parameter with a blank",
        pod("securityContext: {sysctls: [{name: a b, value: '1'}]}"),
        "no name of a kernel parameter",
    ),
    ("a gate with a blank", pod("schedulingGates: [{name: a b}]"), "letters, digits"),
    (
        "a claim of two sources",
        pod("resourceClaims: [{name: a, resourceClaimName: b, resourceClaimTemplateName: c}]"),
        "both given",
    ),
    (
        "keys of labels that nothing selects",
        pod(
            "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule,"
            " matchLabelKeys: [a]}]"
        ),
        "needs `labelSelector`",
    ),
    (
        "a field of nodes that cannot be matched",
        pod(
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            " {nodeSelectorTerms: [{matchFields: [{key: a, operator: In, values: [b]}]}]}}}"
        ),
        "expected one of metadata.name",
    ),
    ("an image volume of nothing", pod("volumes: [{name: v, image: {}}]"), "`reference` is required"),
    (
        "the host's network in a namespace of users",
        pod("hostUsers: false\n  hostNetwork: true"),
        "excludes `hostUsers: false`",
    ),
    (
        "indexes beyond the completions",
        job("completions: 3, completionMode: Indexed, successPolicy: {rules: [{succeededIndexes: 0-9}]}"),
        "is no list of indexes",
    ),
    (
        "more failures than completions",
        job("completions: 3, completionMode: Indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 5"),
        "at most completions (3)",
    ),
    ("a manager without a domain", job("managedBy: x"), "<domain>/<path>"),
    ("a selector of one's own that is not there", job("manualSelector: true"), "`selector` is required"),
]


@pytest.mark.parametrize(
    ("text", "said"), [(text, said) for _, text, said in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_the_api_server_refuses_is_refused(text: str, said: str, newest: Validator) -> None:
    found = judged(text, newest)

    assert any(said in one for one in found), found


TAKEN: list[tuple[str, str]] = [
    ("a unit as a quantity", pod("", ", resources: {limits: {memory: Gi}}")),
    ("any name of a claim", pod("volumes: [{name: v, persistentVolumeClaim: {claimName: A}}]")),
    ("an indexed Job that counts neither pods nor completions", job("completionMode: Indexed")),
    ("a sign as a quantity", pod("", ", resources: {limits: {cpu: '+'}}")),
    (
        "affinity of sessions that are not kept",
        service("sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}"),
    ),
    ("an image's secret without a name", pod("imagePullSecrets: [{}]")),
    (
        "a node without drivers",
        "{apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: {name: a}}",
    ),
    (
        "a source that is dropped",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes:"
        " [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, dataSource: {name: a}}}",
    ),
    (
        "a negative least amount",
        "{apiVersion: v1, kind: LimitRange, metadata: {name: a},"
        " spec: {limits: [{type: Container, min: {cpu: '-1'}}]}}",
    ),
    (
        "a name that begins those of Secrets",
        pod("", ", envFrom: [{secretRef: {name: shop-}}]"),
    ),
    (
        "a finalizer without a domain",
        "{apiVersion: node.k8s.io/v1, kind: RuntimeClass, handler: a,"
        " metadata: {name: a, finalizers: [keep]}}",
    ),
]


@pytest.mark.parametrize("text", [text for _, text in TAKEN], ids=[name for name, _ in TAKEN])
def test_what_the_api_server_takes_is_taken(text: str, newest: Validator) -> None:
    assert judged(text, newest) == []


WIDGETS = spec_of(
    "{type: object, properties: {count: {type: integer, format: int32}, total: {type: integer},"
    " since: {type: string, format: date-time}, every: {type: string, format: duration},"
    " secret: {type: string, format: byte}, network: {type: string, format: cidr},"
    " site: {type: string, format: uri}, other: {type: string, format: unheard-of},"
    " template: {type: object, x-kubernetes-embedded-resource: true,"
    " x-kubernetes-preserve-unknown-fields: true}}}"
)


def widget(spec: str, metadata: str = "{name: a}") -> str:
    return f"{{apiVersion: shop.example.com/v1, kind: Widget, metadata: {metadata}, spec: {{{spec}}}}}"


@pytest.fixture(scope="module")
def of_widgets() -> Validator:
    return Validator(definitions=[object_of(WIDGETS)])


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("count: 2147483648", "does not fit a 32-bit integer"),
        ("total: 9223372036854775808", "does not fit a 64-bit integer"),
        ("since: yesterday", "is no time such as"),
        ("since: '2026-13-02T03:04:05Z'", "is no time such as"),
        ("every: '5'", "is no duration such as"),
        ("secret: a-_b", "is no base64"),
        ("network: 10.0.0.0", "is no block of addresses"),
        ("site: example", "is no URI"),
        ("template: {kind: A}", "`apiVersion` is missing"),
        ("template: {apiVersion: v1, kind: '-A'}", "does not match"),
        ("template: {apiVersion: v1, kind: A, metadata: {label: {}}}", "unknown field `label`"),
        ("template: {apiVersion: v1, kind: A, metadata: [name]}", "expected a mapping"),
    ],
)
def test_formats_and_embedded_objects_of_custom_resources_are_judged(
    spec: str, said: str, of_widgets: Validator
) -> None:
    assert any(said in one for one in judged(widget(spec), of_widgets)), judged(widget(spec), of_widgets)


@pytest.mark.parametrize(
    "spec",
    [
        "count: 2147483647",
        "total: 2147483648",
        "since: '2026-01-02T03:04:05.123+01:00'",
        "every: 1h30m",
        "every: 5 minutes",
        "secret: aHVudGVyMg==",
        "network: 2001:db8::/32",
        "site: /here",
        "other: anything",
        "template: {apiVersion: v1, kind: A, metadata: {labels: {a: b}}, spec: {x: 1}}",
    ],
)
def test_values_in_the_formats_are_taken(spec: str, of_widgets: Validator) -> None:
    assert judged(widget(spec), of_widgets) == []


def test_the_namespace_of_what_has_none_is_not_judged(of_widgets: Validator) -> None:
    without = Validator(definitions=[object_of(WIDGETS.replace("Namespaced", "Cluster"))])
    text = widget("count: 1", "{name: a, namespace: Not_One}")

    assert judged(text, without) == []
    assert judged(text, of_widgets) != []


def test_pinned_kinds_of_the_cluster_stand_in_no_namespace(newest: Validator) -> None:
    text = (
        "{apiVersion: cert-manager.io/v1, kind: ClusterIssuer, metadata: {name: a, namespace: Not_One},"
        " spec: {selfSigned: {}}}"
    )
    assert judged(text, newest) == []


CRON = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: a}
spec:
  schedule: CRON_TZ=UTC 0 0 * * *
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}
"""


@pytest.mark.parametrize(
    ("text", "since", "refused_before", "refused_after"),
    [
        (service("externalIPs: [010.0.0.1]"), "1.36", False, True),
        (CRON, "1.29", False, True),
        (pod("dnsConfig: {searches: [_tcp.example.com]}"), "1.33", True, False),
        (pod("dnsConfig: {searches: [.]}"), "1.33", True, False),
        (pod("", ", env: [{name: 1A, value: x}]"), "1.32", True, False),
    ],
    ids=[
        "zeros in addresses",
        "zone in a schedule",
        "underscore in a search",
        "root search",
        "digit in a name",
    ],
)
def test_checks_that_came_or_went_are_bound_to_their_release(
    text: str, since: str, refused_before: bool, refused_after: bool
) -> None:
    before = f"1.{int(since.partition('.')[2]) - 1}"

    assert bool(judged(text, Validator(before))) is refused_before
    assert bool(judged(text, Validator(since))) is refused_after
