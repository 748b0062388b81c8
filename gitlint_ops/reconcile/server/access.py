"""What it takes to reach an API server and to be known there."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from gitlint_ops.reconcile.api import Identity


class Access(Struct, frozen=True):
    """How a server is reached.

    `authority`, `certificate` and `key` are files of PEM, `authorization` is the value of that header;
    each is "" where it is not needed. `tls_name` is the name that the server's certificate has to bear
    where that is not the host of `url`. `identity` is who we ask as, where the user says so.
    """

    url: str
    authority: str = ""
    authorization: str = ""
    certificate: str = ""
    key: str = ""
    verified: bool = True
    tls_name: str = ""
    proxy: str = ""
    identity: Identity | None = None


class NoAccess(Exception):
    """The credentials cannot be read or made anew; says why."""


class Login(Protocol):
    """Where the access comes from."""

    def __call__(self) -> Access:
        """The access as it is now: token files are read and credential plugins are run again.

        Raises:
            NoAccess: that fails.
        """
