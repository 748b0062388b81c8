"""Pods at the edges of the Pod Security Standards: every field that a control reads, set, odd and absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

CAPABILITIES = ("ALL", "NET_BIND_SERVICE", "NET_RAW", "SYS_ADMIN", "CHOWN", "MKNOD", "all", "CAP_CHOWN")
PROFILES = ("RuntimeDefault", "Localhost", "Unconfined", "", "runtime/default")
SELINUX = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "")
SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.core.somaxconn",
    "net/ipv4/tcp_syncookies",
)
ANNOTATIONS = (
    "container.apparmor.security.beta.kubernetes.io/c0",
    "container.apparmor.security.beta.kubernetes.io/other",
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/c1",
    "container.seccomp.security.alpha.kubernetes.io/other",
)
ANNOTATION_VALUES = (
    "runtime/default",
    "docker/default",
    "localhost/",
    "localhost/x",
    "localhost",
    "unconfined",
    "",
)
SOURCES: Mapping[str, Any] = {
    "awsElasticBlockStore": {"volumeID": "v"},
    "azureDisk": {"diskName": "d", "diskURI": "u"},
    "azureFile": {"secretName": "s", "shareName": "s"},
    "cephfs": {"monitors": []},
    "cinder": {"volumeID": "v"},
    "configMap": {"name": "c"},
    "csi": {"driver": "d"},
    "downwardAPI": {},
    "emptyDir": {},
    "ephemeral": {},
    "fc": {},
    "flexVolume": {"driver": "d"},
    "flocker": {},
    "gcePersistentDisk": {"pdName": "p"},
    "gitRepo": {"repository": "r"},
    "glusterfs": {"endpoints": "e", "path": "p"},
    "hostPath": {"path": "/"},
    "image": {},
    "iscsi": {"targetPortal": "t", "iqn": "i", "lun": 1},
    "nfs": {"server": "s", "path": "p"},
    "persistentVolumeClaim": {"claimName": "c"},
    "photonPersistentDisk": {"pdID": "p"},
    "portworxVolume": {"volumeID": "v"},
    "projected": {"sources": []},
    "quobyte": {"registry": "r", "volume": "v"},
    "rbd": {"monitors": [], "image": "i"},
    "scaleIO": {"gateway": "g", "system": "s", "secretRef": {}},
    "secret": {},
    "storageos": {},
    "vsphereVolume": {"volumePath": "v"},
}


class Pods:
    """Draws pods: `template()` gives one as a template holds it."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        # Pods that break one control only are the telling ones: each draws few settings at all.
        self._rate = 0.2

    def template(self) -> dict[str, Any]:
        self._rate = self._random.choice((0.02, 0.06, 0.2, 0.5))
        spec: dict[str, Any] = {
            "containers": self._containers(1, 2),
            "initContainers": self._containers(0, 1) if self._sometimes() else None,
            "ephemeralContainers": self._containers(0, 1) if self._sometimes() else None,
            "volumes": [self._volume(i) for i in range(self._random.randint(0, 2))],
            "securityContext": self._maybe(self._pod_context),
        }
        for name in ("hostNetwork", "hostPID", "hostIPC"):
            spec[name] = self._maybe(self._flag)
        spec["hostUsers"] = self._one_of((None, None, False, True))
        spec["os"] = self._maybe(lambda: {"name": self._one_of(("windows", "linux", ""))})
        metadata = {"annotations": self._maybe(self._annotations)}
        return {"metadata": self._tidy(metadata), "spec": self._tidy(spec)}

    def _containers(self, least: int, most: int) -> list[dict[str, Any]]:
        return [self._container() for _ in range(self._random.randint(least, most))]

    def _container(self) -> dict[str, Any]:
        body = {
            "name": f"c{self._random.randint(0, 3)}",
            "securityContext": self._context() if self._random.random() < 0.8 else self._one_of((None, {})),
            "ports": self._maybe(lambda: [{"containerPort": 80, "hostPort": self._one_of((0, 80, None))}]),
            "livenessProbe": self._maybe(self._handler),
            "readinessProbe": self._maybe(self._handler),
            "startupProbe": self._maybe(self._handler),
            "lifecycle": self._maybe(
                lambda: {self._one_of(("postStart", "preStop")): self._one_of((self._handler(), None))}
            ),
        }
        return self._tidy(body)

    def _handler(self) -> dict[str, Any]:
        kind = self._one_of(("httpGet", "tcpSocket", "grpc"))
        if kind == "grpc":
            return {"grpc": {"port": 80}}
        return {kind: self._tidy({"port": 80, "host": self._one_of((None, "", "127.0.0.1", "example.org"))})}

    def _context(self) -> dict[str, Any]:
        """Most are as `restricted` wants them, and one field or a few are not."""
        body = {
            **self._common(),
            "allowPrivilegeEscalation": self._else(False, (True, None)),
            "capabilities": self._else({"drop": ["ALL"]}, (None, {}, self._capabilities())),
            "privileged": self._else(None, (True, False)),
            "procMount": self._else(None, ("Default", "Unmasked")),
        }
        return self._tidy(body)

    def _pod_context(self) -> dict[str, Any]:
        sysctls = [{"name": self._one_of(SYSCTLS), "value": "1"} for _ in range(self._random.randint(0, 2))]
        return self._tidy({**self._common(), "sysctls": self._else(None, (sysctls, []))})

    def _common(self) -> dict[str, Any]:
        return {
            "runAsNonRoot": self._else(True, (False, None)),
            "runAsUser": self._else(None, (0, 1, 1000)),
            "seccompProfile": self._else({"type": "RuntimeDefault"}, (None, self._profile(), {})),
            "appArmorProfile": self._else(None, ({}, self._profile())),
            "seLinuxOptions": self._else(None, ({}, self._se_linux())),
            "windowsOptions": self._else(None, ({}, {"hostProcess": True}, {"hostProcess": False})),
        }

    def _capabilities(self) -> dict[str, Any]:
        def some() -> list[str]:
            return [self._one_of(CAPABILITIES) for _ in range(self._random.randint(0, 2))]

        return self._tidy(
            {"add": self._one_of((None, some())), "drop": self._one_of((["ALL"], None, some()))}
        )

    def _profile(self) -> dict[str, Any]:
        return {"type": self._one_of(PROFILES)}

    def _se_linux(self) -> dict[str, Any]:
        given = {
            "type": self._one_of((*SELINUX, None)),
            "user": self._one_of((None, "", "user_u")),
            "role": self._one_of((None, None, "", "role_r")),
            "level": self._one_of((None, "s0")),
        }
        return self._tidy(given)

    def _volume(self, number: int) -> dict[str, Any]:
        safe = self._random.random() > self._rate
        kind = self._one_of(("emptyDir", "secret", "configMap")) if safe else self._one_of((*SOURCES, ""))
        return {"name": f"v{number}", **({kind: SOURCES[kind]} if kind else {})}

    def _annotations(self) -> dict[str, str]:
        chosen = [self._one_of(ANNOTATIONS) for _ in range(self._random.randint(0, 2))]
        return {name: self._one_of(ANNOTATION_VALUES) for name in chosen}

    def _flag(self) -> bool:
        return self._one_of((True, False))

    def _maybe(self, draw: Any) -> Any:
        return draw() if self._sometimes() else None

    def _else(self, usual: Any, odd: Sequence[Any]) -> Any:
        return self._one_of(odd) if self._sometimes() else usual

    def _one_of(self, choices: Sequence[Any]) -> Any:
        return self._random.choice(choices)

    def _sometimes(self) -> bool:
        return self._random.random() < self._rate

    def _tidy(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Without what is None, most of the time: null and absent are the same."""
        return {key: value for key, value in body.items() if value is not None or self._random.random() < 0.1}
