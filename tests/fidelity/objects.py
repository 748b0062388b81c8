"""Random Kubernetes objects that refer to one another by the names that the same folder may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeAlias

from .yaml_text import REFUSED_SCALARS, REFUSED_STRINGS, SCALARS, STRINGS, Raw

Body: TypeAlias = dict[str, Any]

NAMES = ("web", "api", "db", "cache")
NAMESPACES = ("apps", "data")
IMAGES = (
    *("web", "web:1", "nginx:1.2", "reg:5000/web:1", "a/b/nginx", "nginx@sha256:abc", "nginx:1@sha256:abc"),
    *("ghcr.io/org/api:v1.2.3", "library/nginx", "web:", "a.b-c_d/web:{x}", "registry.example.com:443/a/web"),
)
VARIABLES = ("A_VAR", "B_VAR", "C_VAR")
RBAC = "rbac.authorization.k8s.io"
CLUSTER_SCOPED = frozenset(
    (
        *(
            "Namespace",
            "ClusterRole",
            "ClusterRoleBinding",
            "PersistentVolume",
            "StorageClass",
            "PriorityClass",
        ),
        *("CustomResourceDefinition", "APIService", "ValidatingWebhookConfiguration", "IngressClass"),
        "MutatingWebhookConfiguration",
    )
)
SCALABLE = ("Deployment", "StatefulSet", "ReplicaSet")


class Objects:
    """Makes objects; `odd` (0 to 1) is how often their texts and scalars are unusual ones."""

    def __init__(self, random: Random, odd: float, wrong: float) -> None:
        self.random = random
        self.odd = odd
        self.wrong = wrong

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def name(self) -> str:
        return self.random.choice(NAMES)

    def text(self) -> str:
        if self.chance(self.odd * self.wrong / 4):
            return self.random.choice(REFUSED_STRINGS)
        return self.random.choice(STRINGS) if self.chance(self.odd) else self.random.choice(("a", "b", "c1"))

    def scalar(self) -> Any:
        """What may stand where kustomize does not look: any type."""
        if self.chance(self.odd * self.wrong):
            return Raw(self.random.choice(REFUSED_SCALARS))
        if self.chance(self.odd):
            return Raw(self.random.choice(SCALARS))
        return self.random.choice(("a", 1, True, 1.5, "1", "true", None, self.text()))

    def some(self, *values: Any, least: int = 0, most: int = 3) -> list[Any]:
        count = self.random.randint(least, min(most, len(values)))
        return self.random.sample(values, count)

    def texts(self, *keys: str, most: int = 2) -> Body:
        return {key: self.text() for key in self.some(*keys, most=most)}

    # What many kinds have

    def metadata(self, name: str, namespace: str | None) -> Body:
        held: Body = {"name": name}
        if namespace:
            held["namespace"] = namespace
        if self.chance(0.5):
            held["labels"] = {"app": name, **self.texts("tier", "app.kubernetes.io/name", most=1)}
        if self.chance(0.4):
            held["annotations"] = self.texts("note", "example.com/why", "a", "sidecar.io/inject", most=3)
        if self.chance(0.1):
            held["finalizers"] = self.some("a.io/x", "b.io/y", "c.io/z")
        return held

    def container(self, name: str) -> Body:
        held: Body = {"name": name, "image": self.random.choice(IMAGES)}
        if self.chance(0.4):
            held["env"] = [self.variable(one) for one in self.some("A", "B", "C", least=1)]
        if self.chance(0.3):
            kinds = self.some("configMapRef", "secretRef", least=1)
            held["envFrom"] = [{kind: {"name": self.name()}} for kind in kinds]
        if self.chance(0.4):
            held["ports"] = [self.port() for _ in range(self.random.randint(1, 3))]
        if self.chance(0.3):
            held[self.random.choice(("args", "command"))] = self.arguments()
        if self.chance(0.3):
            held["volumeMounts"] = [
                {"name": self.name(), "mountPath": path} for path in self.some("/a", "/b", "/c", least=1)
            ]
        if self.chance(0.2):
            held["resources"] = {"limits": {"cpu": self.random.choice((1, "100m", 0.5, "1"))}, "requests": {}}
        if self.chance(0.1):
            held["livenessProbe"] = {"httpGet": {"path": "/", "port": self.random.choice((80, "http"))}}
        return held

    def variable(self, name: str) -> Body:
        way = self.random.randint(0, 4)
        if way == 0:
            ref = self.random.choice(("configMapKeyRef", "secretKeyRef"))
            return {"name": name, "valueFrom": {ref: {"name": self.name(), "key": "A"}}}
        if way == 1:
            return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
        if way == 2:
            return {"name": name, "value": f"$({self.random.choice(VARIABLES)})"}
        return {"name": name, "value": self.text()}

    def arguments(self) -> list[Any]:
        variable = f"$({self.random.choice(VARIABLES)})"
        return self.some("--x", variable, f"--host={variable}:80", "$$HOME", "$(", self.text(), least=1)

    def port(self) -> Body:
        held: Body = {"containerPort": self.random.choice((80, 443, 8080))}
        if self.chance(0.5):
            held["protocol"] = self.random.choice(("TCP", "UDP"))
        if self.chance(0.5):
            held["name"] = self.random.choice(("http", "https", "dns"))
        return held

    def volume(self, name: str) -> Body:
        source: Body = self.random.choice(
            (
                {"configMap": {"name": self.name()}},
                {"secret": {"secretName": self.name()}},
                {"persistentVolumeClaim": {"claimName": self.name()}},
                {"emptyDir": {}},
                {
                    "projected": {
                        "sources": [{"configMap": {"name": self.name()}}, {"secret": {"name": "db"}}]
                    }
                },
                {"ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": self.name()}}}},
                {"csi": {"driver": "x", "nodePublishSecretRef": {"name": self.name()}}},
                {"hostPath": {"path": "/x"}},
            )
        )
        return {"name": name, **source}

    def toleration(self) -> Body:
        return {
            **({"key": self.random.choice(("a", "b"))} if self.chance(0.8) else {}),
            "operator": self.random.choice(("Exists", "Equal")),
            **({"effect": "NoSchedule"} if self.chance(0.5) else {}),
        }

    def spread(self) -> Body:
        return {
            "maxSkew": 1,
            "topologyKey": self.random.choice(("zone", "node")),
            "whenUnsatisfiable": self.random.choice(("DoNotSchedule", "ScheduleAnyway")),
        }

    def pod_spec(self) -> Body:
        held: Body = {"containers": [self.container(one) for one in self.some("app", "side", "log", least=1)]}
        if self.chance(0.2):
            held["initContainers"] = [self.container(one) for one in self.some("init", "wait", least=1)]
        if self.chance(0.5):
            held["volumes"] = [self.volume(one) for one in self.some(*NAMES, least=1)]
        if self.chance(0.3):
            held["serviceAccountName"] = self.name()
        if self.chance(0.2):
            held["imagePullSecrets"] = [{"name": one} for one in self.some(*NAMES, least=1)]
        if self.chance(0.2):
            held["tolerations"] = [self.toleration() for _ in range(self.random.randint(1, 3))]
        if self.chance(0.15):
            held["topologySpreadConstraints"] = [self.spread() for _ in range(self.random.randint(1, 2))]
        if self.chance(0.1):
            held["hostAliases"] = [{"ip": "10.0.0.1", "hostnames": ["x"]}]
        if self.chance(0.1):
            held["priorityClassName"] = self.name()
        return held

    def template(self, name: str) -> Body:
        metadata: Body = {"labels": {"app": name}}
        if self.chance(0.2):
            metadata["annotations"] = self.texts("note", "b")
        return {"metadata": metadata, "spec": self.pod_spec()}

    # Kinds

    def workload(self, kind: str, name: str) -> Body:
        held: Body = {"selector": {"matchLabels": {"app": name}}, "template": self.template(name)}
        if kind in SCALABLE and self.chance(0.7):
            held = {"replicas": self.random.randint(0, 3), **held}
        if kind == "StatefulSet":
            held["serviceName"] = self.name()
            if self.chance(0.4):
                claim = {"metadata": {"name": "disk"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
                held["volumeClaimTemplates"] = [claim]
        return {"spec": held}

    def cron_job(self, name: str) -> Body:
        return {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": self.template(name)}}}}

    def service(self, name: str) -> Body:
        ports = [
            {"port": port, **({"name": f"p{port}"} if self.chance(0.7) else {}), **self._protocol()}
            for port in self.some(80, 443, 53, least=1)
        ]
        held: Body = {"ports": ports}
        if self.chance(0.8):
            held["selector"] = {"app": name}
        if self.chance(0.2):
            held["type"] = "ExternalName"
        return {"spec": held}

    def _protocol(self) -> Body:
        return {"protocol": self.random.choice(("TCP", "UDP"))} if self.chance(0.5) else {}

    def data(self, _: str) -> Body:
        return (
            {"data": {**self.texts("A", "B", "conf.yaml", "a10", "a9", most=4)}} if self.chance(0.9) else {}
        )

    def structured_data(self, _: str) -> Body:
        json_text = '{"host": "web", "list": [1, 2], "deep": {"x": "y"}}'
        yaml_text = "host: web\nlist:\n- name: a\n  port: 1\n- name: b\n"
        return {"data": {"conf.json": json_text, "conf.yaml": yaml_text, "host": "web.apps.svc:80"}}

    def role(self, _: str) -> Body:
        rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
        return {"rules": [{**rule, "resourceNames": self.some(*NAMES, least=1)} for _ in range(2)]}

    def binding(self, kind: str) -> Body:
        role = "ClusterRole" if kind == "ClusterRoleBinding" else self.random.choice(("Role", "ClusterRole"))
        subjects: list[Body] = []
        for _ in range(self.random.randint(1, 2)):
            namespace = {"namespace": self.random.choice((*NAMESPACES, "default"))}
            subjects.append(
                {
                    "kind": "ServiceAccount",
                    "name": self.random.choice((*NAMES, "default")),
                    **(namespace if self.chance(0.7) else {}),
                }
            )
        if self.chance(0.2):
            subjects.append({"kind": "User", "name": "web", "apiGroup": RBAC})
        return {"roleRef": {"apiGroup": RBAC, "kind": role, "name": self.name()}, "subjects": subjects}

    def ingress(self, _: str) -> Body:
        service = {"service": {"name": self.name(), "port": {"number": 80}}}
        rule = {
            "host": "x.example.com",
            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": service}]},
        }
        held: Body = {"rules": [rule]}
        if self.chance(0.5):
            held["tls"] = [{"hosts": ["x.example.com"], "secretName": self.name()}]
        if self.chance(0.3):
            held["defaultBackend"] = {"service": {"name": self.name(), "port": {"name": "http"}}}
        return {"spec": held}

    def autoscaler(self, _: str) -> Body:
        kind = self.random.choice(("Deployment", "StatefulSet"))
        return {
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": self.name()},
                "minReplicas": 1,
                "maxReplicas": 3,
            }
        }

    def network_policy(self, name: str) -> Body:
        peer = {"podSelector": {"matchLabels": {"app": self.name()}}}
        return {"spec": {"podSelector": {"matchLabels": {"app": name}}, "ingress": [{"from": [peer]}]}}

    def webhook(self, _: str) -> Body:
        client = {"service": {"name": self.name(), "namespace": self.random.choice((*NAMESPACES, "default"))}}
        return {"webhooks": [{"name": "a.example.com", "clientConfig": client, "sideEffects": "None"}]}

    def custom_definition(self, _: str) -> Body:
        return {
            "spec": {
                "group": "example.com",
                "names": {"kind": "Widget", "plural": "widgets"},
                "scope": "Namespaced",
                "versions": [{"name": "v1", "served": True, "storage": True}],
            }
        }

    def widget(self, _: str) -> Body:
        spec: Body = {
            "config": {"name": self.name()},
            "secretName": self.name(),
            "image": self.random.choice(IMAGES),
            "args": self.arguments(),
            "parts": [{"name": one, "image": self.random.choice(IMAGES)} for one in self.some("a", "b", "c")],
            "any": self.scalar(),
            "list": [self.scalar() for _ in range(self.random.randint(0, 3))],
        }
        if self.chance(0.3):
            spec["template"] = self.template("widget")
        if self.chance(0.3):
            spec["containers"] = [self.container("app")]
        if self.chance(0.2):
            spec["map"] = {
                key: self.scalar() for key in self.some("a/b", "a~b", "1", "x.y", "Z", "a10", "a9")
            }
        return {"spec": spec}

    def claim(self, _: str) -> Body:
        held: Body = {"accessModes": ["ReadWriteOnce"], "storageClassName": self.name()}
        if self.chance(0.4):
            held["volumeName"] = self.name()
        return {"spec": held}

    def budget(self, name: str) -> Body:
        return {
            "spec": {
                "minAvailable": self.random.choice((1, "50%")),
                "selector": {"matchLabels": {"app": name}},
            }
        }

    def account(self, _: str) -> Body:
        secrets = [{"name": one} for one in self.some(*NAMES)]
        return {"secrets": secrets} if self.chance(0.4) else {}

    def empty(self, _: str) -> Body:
        return {}

    def body(self, name: str, namespace: str | None, only: str | None = None) -> Body:
        """An object of some kind."""
        api_version, kind = self.random.choice(_WEIGHTED) if only is None else (_API_OF[only], only)
        make = _KINDS[api_version, kind]
        held = make(self, kind if kind in _BY_KIND else name) if kind in _BY_KIND else make(self, name)
        if kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"):
            held = self.workload(kind, name)
        if kind == "Pod":
            held = {"spec": self.pod_spec()}
        scoped = None if kind in CLUSTER_SCOPED else namespace
        return {"apiVersion": api_version, "kind": kind, "metadata": self.metadata(name, scoped), **held}


_BY_KIND = ("RoleBinding", "ClusterRoleBinding")
_KINDS: Mapping[tuple[str, str], Callable[[Objects, str], Body]] = {
    ("apps/v1", "Deployment"): Objects.empty,
    ("apps/v1", "StatefulSet"): Objects.empty,
    ("apps/v1", "DaemonSet"): Objects.empty,
    ("apps/v1", "ReplicaSet"): Objects.empty,
    ("batch/v1", "Job"): Objects.empty,
    ("batch/v1", "CronJob"): Objects.cron_job,
    ("v1", "Pod"): Objects.empty,
    ("v1", "Service"): Objects.service,
    ("v1", "ConfigMap"): Objects.data,
    ("v1", "Secret"): Objects.structured_data,
    ("v1", "ServiceAccount"): Objects.account,
    ("v1", "PersistentVolumeClaim"): Objects.claim,
    ("v1", "PersistentVolume"): Objects.empty,
    ("v1", "Namespace"): Objects.empty,
    (f"{RBAC}/v1", "Role"): Objects.role,
    (f"{RBAC}/v1", "ClusterRole"): Objects.role,
    (f"{RBAC}/v1", "RoleBinding"): Objects.binding,
    (f"{RBAC}/v1", "ClusterRoleBinding"): Objects.binding,
    ("networking.k8s.io/v1", "Ingress"): Objects.ingress,
    ("networking.k8s.io/v1", "NetworkPolicy"): Objects.network_policy,
    ("autoscaling/v1", "HorizontalPodAutoscaler"): Objects.autoscaler,
    ("autoscaling/v2", "HorizontalPodAutoscaler"): Objects.autoscaler,
    ("policy/v1", "PodDisruptionBudget"): Objects.budget,
    ("storage.k8s.io/v1", "StorageClass"): Objects.empty,
    ("scheduling.k8s.io/v1", "PriorityClass"): Objects.empty,
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): Objects.custom_definition,
    ("apiregistration.k8s.io/v1", "APIService"): Objects.empty,
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): Objects.webhook,
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): Objects.webhook,
    ("example.com/v1", "Widget"): Objects.widget,
    ("example.com/v1alpha1", "Gadget"): Objects.widget,
}
_OFTEN = (
    "Deployment",
    "StatefulSet",
    "ConfigMap",
    "Secret",
    "Service",
    "Widget",
    "ServiceAccount",
    "RoleBinding",
)
_WEIGHTED = (
    *_KINDS,
    *(one for one in _KINDS if one[1] in _OFTEN),
    *(one for one in _KINDS if one[1] in _OFTEN),
)
_API_OF = {kind: api_version for api_version, kind in _KINDS}
