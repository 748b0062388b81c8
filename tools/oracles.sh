#!/usr/bin/env bash
# Provides the real programs with which tests compare, and prints the folder that they lie in (for PATH, and
# what KUBEBUILDER_ASSETS wants). They are built from the Go modules that oracles/*/go.mod pin; etcd is
# Debian's where there is an apt-get.
#
#     tools/oracles.sh [NAME...]    those named, or all
#     tools/oracles.sh --where      prints the folder and does nothing
#
# What KUBEBUILDER_ASSETS holds already is not built. What cannot be had here is told on standard error with the
# reason, and is no failure: the tests that need it skip. Each program is kept, by its pins: a second call is
# quick, the first takes some 20 minutes on two cores, most of them for kube-apiserver and argocd.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

minutes=30           # for all of them, at most
kubernetes_minor=35  # what helm takes the cluster for unless it is told; without it, 1.20
# Those that take longest and are least missed stand last.
names=(kustomize helm etcd kube-apiserver cel gotemplate pod-security flux argocd kubeconform kubectl-validate)
cache=${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}}/.cache}/gitlint-ops/oracles

say() { echo "oracles: $*" >&2; }

stamps() { # stamps NAME: the versions that its makers write into it when they release it
    local version
    case $1 in
    helm)
        printf ' -X helm.sh/helm/v3/pkg/chartutil.k8sVersion%s' Major=1 "Minor=$kubernetes_minor"
        ;;
    kube-apiserver)
        version=$(sed -n 's/^[[:space:]]*k8s\.io\/kubernetes v\([0-9.]*\).*/\1/p' "$here/oracles/$1/go.mod")
        version=${version#1.}
        printf ' -X k8s.io/component-base/version.git%s' "Version=v1.$version" Major=1 "Minor=${version%%.*}"
        ;;
    esac
}

key() { # key NAME...: what they are built from, as a short text
    local name
    for name in "$@"; do
        cat "$here/oracles/$name"/*.*
        stamps "$name"
    done | git hash-object --stdin | cut -c 1-12
}

built() { echo "$cache/$1-$(key "$1")"; } # built NAME: the file that it becomes

attempt() { # attempt COMMAND...: the command, for as long as there is time; its last lines if it fails
    local left=$((minutes * 60 - SECONDS)) code=124
    if [ "$left" -gt 0 ]; then
        code=0
        timeout "$left" "$@" >"$scratch/log" 2>&1 || code=$?
    fi
    if [ "$code" -eq 124 ]; then
        say "the $minutes minutes for all programs are over"
    elif [ "$code" -ne 0 ]; then
        tail -n 3 "$scratch/log" >&2
    fi
    return "$code"
}

compile() { # compile NAME
    local package
    package=$(sed -n 's/^tool //p' "$here/oracles/$1/go.mod")
    # The repository that this lies in says nothing of the program: -buildvcs=false.
    CGO_ENABLED=0 GOFLAGS='' GOWORK=off attempt go -C "$here/oracles/$1" build -mod=readonly \
        -buildvcs=false -trimpath -ldflags "-s -w$(stamps "$1")" -o "$scratch/$1" "${package:-.}"
}

unpack_etcd() { # out of Debian's package, which need not be installed for that
    (cd "$scratch" && attempt apt-get download etcd-server) &&
        dpkg-deb --extract "$scratch"/etcd-server_*.deb "$scratch/package" &&
        mv "$scratch/package/usr/bin/etcd" "$scratch/etcd"
}

provide() { # provide NAME: into its place, unless it is there
    local target started=$SECONDS
    target=$(built "$1")
    if [ -x "$target" ] || [ -x "${KUBEBUILDER_ASSETS:-}/$1" ]; then
        return 0
    fi
    if [ "$1" = etcd ] && command -v apt-get >/dev/null && unpack_etcd; then
        say "etcd is that of Debian's package"
    elif ! command -v go >/dev/null; then
        say "no $1: Go is not installed"
        return 0
    elif compile "$1"; then
        say "$1 built in $((SECONDS - started)) s"
    else
        say "no $1: it cannot be built here"
        return 0
    fi
    mv "$scratch/$1" "$target"
}

folder=$cache/$(key "${names[@]}")
if [ "${1:-}" = --where ]; then
    echo "$folder"
    exit
fi
mkdir -p "$folder"
# Made here and moved, so that what is broken off leaves nothing.
scratch=$(mktemp -d "$cache/new-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for name in "${@:-${names[@]}}"; do
    provide "$name"
    if [ -x "$(built "$name")" ]; then
        ln -sf "$(built "$name")" "$folder/$name"
    fi
done
echo "$folder"
