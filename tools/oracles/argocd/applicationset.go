package main

import (
	"context"
	"encoding/json"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers"
	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/metrics"
	"github.com/argoproj/argo-cd/v3/applicationset/services"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/settings"
	"github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
)

// What an ApplicationSet comes to. `invalid` are the words of the API server of Argo CD, which takes no set
// with a generator that it does not know; its controller warns.
type generated struct {
	Applications []map[string]any                 `json:"applications"`
	Invalid      string                           `json:"invalid,omitempty"`
	Conditions   []argocd.ApplicationSetCondition `json:"conditions,omitempty"`
}

// A set with everything that its controller needs for it.
type controlled struct {
	*cluster
	set        argocd.ApplicationSet
	generators map[string]generators.Generator
	informer   *settings.ClusterInformer
}

func withSet(asked *question, answer func(context.Context, *controlled) (*generated, error)) (any, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var set argocd.ApplicationSet
	if err := json.Unmarshal(asked.ApplicationSet, &set); err != nil {
		return nil, err
	}
	if set.Namespace == "" {
		set.Namespace = home
	}
	plugins, objects := asked.plugged()
	defer plugins.Close()
	cluster, err := newCluster(ctx, append(objects, asked.Objects...))
	if err != nil {
		return nil, err
	}
	var found *generated
	err = withRepoServer(&asked.world, func(server *repoServer) error {
		informer, err := cluster.settings.GetClusterInformer()
		if err != nil {
			return err
		}
		repositories := services.NewArgoCDService(cluster.database, true, server, asked.NewGlobbing)
		all := generators.GetGenerators(ctx, cluster.client, cluster.typed, home, repositories, cluster.dynamic,
			generators.NewSCMConfig("", nil, true, false, nil, false), informer)
		asked.answering(all)
		found, err = answer(ctx, &controlled{cluster, set, all, informer})
		return err
	})
	return found, err
}

func applicationSet(asked *question) (any, error) {
	return withSet(asked, func(_ context.Context, controlled *controlled) (*generated, error) {
		all, _, err := template.GenerateApplications(
			logrus.NewEntry(logrus.StandardLogger()), controlled.set, controlled.generators, &utils.Render{},
			controlled.client)
		if err != nil {
			return nil, err
		}
		found, err := presented(all)
		if invalid := utils.CheckInvalidGenerators(&controlled.set); err == nil && invalid != nil {
			found.Invalid = invalid.Error()
		}
		return found, err
	})
}

func presented(all []argocd.Application) (*generated, error) {
	found := &generated{Applications: []map[string]any{}}
	for _, application := range all {
		raw, err := json.Marshal(application)
		if err != nil {
			return nil, err
		}
		var shown map[string]any
		if err := json.Unmarshal(raw, &shown); err != nil {
			return nil, err
		}
		delete(shown, "status")
		metadata := shown["metadata"].(map[string]any)
		for _, own := range []string{"creationTimestamp", "ownerReferences", "resourceVersion"} {
			delete(metadata, own)
		}
		found.Applications = append(found.Applications, shown)
	}
	return found, nil
}

// reconcile lets the controller itself do it, in a cluster without Applications.
func reconcile(asked *question) (any, error) {
	return withSet(asked, func(ctx context.Context, controlled *controlled) (*generated, error) {
		if err := controlled.client.Create(ctx, &controlled.set); err != nil {
			return nil, err
		}
		key := types.NamespacedName{Namespace: controlled.set.Namespace, Name: controlled.set.Name}
		reconciler := controllers.ApplicationSetReconciler{
			Client: controlled.client, Scheme: controlled.client.Scheme(), Recorder: record.NewFakeRecorder(1_000_000),
			Generators: controlled.generators, ArgoDB: controlled.database, KubeClientset: controlled.typed,
			Policy: argocd.ApplicationsSyncPolicySync, EnablePolicyOverride: true, Renderer: &utils.Render{},
			ArgoCDNamespace: home, Metrics: metrics.NewFakeAppsetMetrics(), MaxResourcesStatusCount: 5000,
			ClusterInformer: controlled.informer,
		}
		if _, err := reconciler.Reconcile(ctx, ctrl.Request{NamespacedName: key}); err != nil {
			return nil, err
		}
		var applications argocd.ApplicationList
		if err := controlled.client.List(ctx, &applications); err != nil {
			return nil, err
		}
		if err := controlled.client.Get(ctx, key, &controlled.set); err != nil {
			return nil, err
		}
		found, err := presented(applications.Items)
		if err == nil {
			for _, condition := range controlled.set.Status.Conditions {
				condition.LastTransitionTime = nil
				found.Conditions = append(found.Conditions, condition)
			}
		}
		return found, err
	})
}
