package main

import (
	"context"
	"encoding/json"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	"github.com/fluxcd/pkg/chartutil"
	"github.com/go-logr/logr"
)

// values composes what the controller hands to Helm; the values of the chart itself come below them.
func values(asked *question) (any, error) {
	var release helmv2.HelmRelease
	if err := json.Unmarshal(asked.HelmRelease, &release); err != nil {
		return nil, err
	}
	cluster, err := clusterWith(asked.Objects)
	if err != nil {
		return nil, err
	}
	composed, err := chartutil.ChartValuesFromReferences(
		context.Background(), logr.Discard(), cluster, release.GetNamespace(), release.GetValues(),
		release.Spec.ValuesFrom...)
	return map[string]any{"values": composed}, err
}
