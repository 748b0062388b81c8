package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/argo-cd/v3/controller"
	statecache "github.com/argoproj/argo-cd/v3/controller/cache"
	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/argo"
	"github.com/argoproj/argo-cd/v3/util/argo/normalizers"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// What the cluster that an Application delivers to tells of itself.
type rendering struct {
	KubeVersion   string
	APIVersions   []string // as group/version/Kind or version/Kind
	ClusterScoped []string // kinds, as Kind.group
}

// What an Application delivers: per source its type, the commands that made it, and the revision; and what the
// controller says of the specification and of the objects.
type delivered struct {
	Objects    []map[string]any              `json:"objects"`
	Sources    []rendered                    `json:"sources"`
	Conditions []argocd.ApplicationCondition `json:"conditions,omitempty"`
	Denied     []string                      `json:"denied,omitempty"`
}

type rendered struct {
	Type     string   `json:"type"`
	Commands []string `json:"commands"`
	Revision string   `json:"revision"`
}

// A live cluster, as far as making manifests asks it.
type live struct {
	statecache.LiveStateCache
	rendering
}

func (known *live) GetVersionsInfo(*argocd.Cluster) (string, []kube.APIResourceInfo, error) {
	resources := []kube.APIResourceInfo{}
	for _, served := range known.APIVersions {
		version, kind := filepath.Split(served)
		group, err := schema.ParseGroupVersion(strings.TrimSuffix(version, "/"))
		if err != nil {
			return "", nil, err
		}
		resources = append(resources, kube.APIResourceInfo{
			GroupKind: schema.GroupKind{Group: group.Group, Kind: kind}, GroupVersionResource: group.WithResource(""),
		})
	}
	return known.KubeVersion, resources, nil
}

func (known *live) scopes(kind schema.GroupKind) (bool, error) {
	for _, scoped := range known.ClusterScoped {
		if schema.ParseGroupKind(scoped) == kind {
			return false, nil
		}
	}
	return true, nil
}

type scoping func(schema.GroupKind) (bool, error)

func (known scoping) IsNamespaced(kind schema.GroupKind) (bool, error) { return known(kind) }

func manifests(asked *question) (any, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var application argocd.Application
	if err := json.Unmarshal(asked.Application, &application); err != nil {
		return nil, err
	}
	if application.Namespace == "" {
		application.Namespace = home
	}
	cluster, err := newCluster(ctx, asked.Objects)
	if err != nil {
		return nil, err
	}
	var found *delivered
	err = withRepoServer(&asked.world, func(server *repoServer) error {
		environment.Lock()
		defer environment.Unlock()
		redirectGit(server.local)
		found, err = deliver(ctx, cluster, server, &application, &live{rendering: asked.rendering})
		return err
	})
	return found, err
}

func deliver(
	ctx context.Context, cluster *cluster, server *repoServer, application *argocd.Application, live *live,
) (*delivered, error) {
	var project argocd.AppProject
	key := types.NamespacedName{Namespace: home, Name: application.Spec.GetProject()}
	if err := cluster.client.Get(ctx, key, &project); err != nil {
		return nil, err
	}
	label, err := cluster.settings.GetAppInstanceLabelKey()
	if err != nil {
		return nil, err
	}
	conditions, err := argo.ValidatePermissions(ctx, &application.Spec, &project, cluster.database)
	if err != nil {
		return nil, err
	}
	manager := controller.NewAppStateManager(
		cluster.database, nil, server, home, nil, nil, cluster.settings, live, nil, nil, 0,
		argo.NewResourceTracking(), false, 0, false, normalizers.IgnoreNormalizerOpts{})
	sources := application.Spec.GetSources()
	objects, responses, _, err := manager.GetRepoObjs(ctx, application, sources, label, make([]string, len(sources)),
		false, false, nil, &project, true)
	if err != nil {
		return nil, err
	}
	if live.ClusterScoped == nil {
		return described(objects, responses, conditions), nil
	}
	objects, repeated, err := controller.NormalizeTargetObjects(
		application.Spec.Destination.Namespace, objects, scoping(live.scopes),
		func(*unstructured.Unstructured) error { return nil })
	if err != nil {
		return nil, err
	}
	found := described(objects, responses, append(conditions, repeated...))
	found.Denied, err = denied(ctx, cluster, application, &project, live, objects)
	return found, err
}

// denied are the objects that a sync does not apply, as their project forbids them.
func denied(
	ctx context.Context, cluster *cluster, application *argocd.Application, project *argocd.AppProject, live *live,
	objects []*unstructured.Unstructured,
) ([]string, error) {
	target, err := argo.GetDestinationCluster(ctx, application.Spec.Destination, cluster.database)
	if err != nil {
		return nil, err
	}
	found := []string{}
	for _, object := range objects {
		kind := object.GroupVersionKind().GroupKind()
		namespaced, _ := live.scopes(kind)
		permitted := project.IsGroupKindNamePermitted(kind, object.GetName(), namespaced)
		if permitted && namespaced {
			permitted, err = project.IsDestinationPermitted(target, object.GetNamespace(),
				func(name string) ([]*argocd.Cluster, error) { return cluster.database.GetProjectClusters(ctx, name) })
		}
		if err != nil {
			return nil, err
		}
		if !permitted {
			found = append(found, kind.String()+"/"+object.GetNamespace()+"/"+object.GetName())
		}
	}
	return found, nil
}

func described(
	objects []*unstructured.Unstructured, responses []*apiclient.ManifestResponse,
	conditions []argocd.ApplicationCondition,
) *delivered {
	found := &delivered{Objects: []map[string]any{}, Sources: []rendered{}}
	for _, condition := range conditions {
		condition.LastTransitionTime = nil
		found.Conditions = append(found.Conditions, condition)
	}
	for _, object := range objects {
		found.Objects = append(found.Objects, object.Object)
	}
	for _, response := range responses {
		found.Sources = append(found.Sources, rendered{response.SourceType, response.Commands, response.Revision})
	}
	return found
}
