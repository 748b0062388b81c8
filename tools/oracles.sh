#!/usr/bin/env bash
# Builds the real helm and kustomize, with which tests compare, from their Go modules, and prints the
# folder that they lie in. Where that cannot be done it says why, prints nothing, and is no failure: the
# tests that need them then skip with the reason. The folder is kept: a second call is quick.
set -euo pipefail

kustomize_version=v5.8.1
helm_version=v3.22.0
kubernetes_minor=35 # what helm takes the cluster for unless it is told; without it, 1.20
minutes=10 # for each, at most

folder=${1:-${XDG_CACHE_HOME:-${HOME:-${TMPDIR:-/tmp}}/.cache}/gitlint-ops/oracles/$helm_version-$kustomize_version}

missing() { [ ! -x "$folder/$1" ]; }

build() { # build MODULE@VERSION [LINKER FLAGS]
    GOBIN=$folder GOFLAGS=-mod=mod timeout "$((minutes * 60))" \
        go install -trimpath -ldflags "-s -w ${2:-}" "$1" >&2
}

if missing kustomize || missing helm; then
    if ! command -v go >/dev/null; then
        echo "oracles: Go is not installed, so neither helm nor kustomize is built" >&2
        exit 0
    fi
    mkdir -p "$folder"
    versions="-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1"
    versions="$versions -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=$kubernetes_minor"
    if missing kustomize && ! build "sigs.k8s.io/kustomize/kustomize/v5@$kustomize_version"; then
        echo "oracles: kustomize $kustomize_version cannot be built here" >&2
    fi
    if missing helm && ! build "helm.sh/helm/v3/cmd/helm@$helm_version" "$versions"; then
        echo "oracles: helm $helm_version cannot be built here" >&2
    fi
fi
if [ -x "$folder/kustomize" ] || [ -x "$folder/helm" ]; then
    echo "$folder"
fi
