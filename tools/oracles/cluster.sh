#!/usr/bin/env bash
# Builds the real etcd and kube-apiserver, against which tests/cluster compares, and kubeconform, which
# stands beside ours, from the Go modules pinned in the folders beside this file, and prints the folder that they lie in (what
# KUBEBUILDER_ASSETS wants). Where that cannot be done it says why, prints nothing, and is no failure:
# those tests then skip with the reason. The folder is kept: a second call is quick, the first takes
# some ten minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")"

minutes=30 # for each, at most
version=$(sed -n 's/^\(require\)\{0,1\}[[:space:]]*k8s\.io\/kubernetes \(v[0-9.]*\).*/\2/p' kube-apiserver/go.mod)
folder=${1:-${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}}/.cache}/gitlint-ops/oracles/kube-apiserver-$version}

build() { # build NAME PACKAGE [LINKER FLAGS]
    if [ -x "$folder/$1" ]; then
        return
    fi
    # Written beside and moved, so that a build that is broken off leaves nothing.
    if ! (cd "$1" && CGO_ENABLED=0 timeout "$((minutes * 60))" \
        go build -mod=readonly -trimpath -ldflags "-s -w ${3:-}" -o "$folder/$1.new" "$2" >&2); then
        echo "oracles: $1 cannot be built here" >&2
        return 1
    fi
    mv "$folder/$1.new" "$folder/$1"
}

if ! command -v go >/dev/null && [ ! -x "$folder/kube-apiserver" ]; then
    echo "oracles: Go is not installed, so there is no kube-apiserver" >&2
    exit 0
fi
mkdir -p "$folder"
minor=${version#v1.}
stamp=k8s.io/component-base/version
stamp="-X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*}"
if build etcd go.etcd.io/etcd/server/v3 && build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver "$stamp"; then
    build kubeconform github.com/yannh/kubeconform/cmd/kubeconform || true # the comparison goes without
    echo "$folder"
fi
