package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/util/db"
	"github.com/argoproj/argo-cd/v3/util/settings"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/dynamic"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes"
	kubernetesfake "k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// Where Argo CD runs. Objects of a question that name no namespace are there too.
const home = "argocd"

// What there is beside the object that is asked for.
type world struct {
	Objects      []json.RawMessage // what is in Argo CD's namespace: Secrets of clusters, AppProjects, ConfigMaps
	Repositories map[string]string // URL -> folder, which is a git repository or becomes one
	Charts       []chart           // what Helm repositories hold
}

// The same objects behind each of the clients that Argo CD uses.
type cluster struct {
	client   client.Client
	typed    kubernetes.Interface
	dynamic  dynamic.Interface
	settings *settings.SettingsManager
	database db.ArgoDB
}

// newCluster holds the objects and what every installation has: its settings and the project `default`.
func newCluster(ctx context.Context, objects []json.RawMessage) (*cluster, error) {
	known, err := knownTypes()
	if err != nil {
		return nil, err
	}
	typed, others, err := decoded(known, objects)
	if err != nil {
		return nil, err
	}
	builder := fake.NewClientBuilder().WithScheme(known).WithStatusSubresource(&argocd.ApplicationSet{}).
		WithIndex(&argocd.Application{}, ".metadata.controller", ownerOf)
	core := []runtime.Object{}
	for _, object := range installed(typed) {
		builder = builder.WithRuntimeObjects(object)
		if object.GetObjectKind().GroupVersionKind().Group == "" {
			core = append(core, object)
		}
	}
	clients := cluster{
		client:  builder.Build(),
		typed:   kubernetesfake.NewClientset(core...),
		dynamic: deciding(typed, others),
	}
	clients.settings = settings.NewSettingsManager(ctx, clients.typed, home)
	clients.database = db.NewDB(home, clients.settings, clients.typed)
	return &clients, nil
}

func knownTypes() (*runtime.Scheme, error) {
	known := runtime.NewScheme()
	if err := scheme.AddToScheme(known); err != nil {
		return nil, err
	}
	return known, argocd.AddToScheme(known)
}

// decoded are the objects of kinds that Argo CD knows, and the others.
func decoded(known *runtime.Scheme, objects []json.RawMessage) ([]runtime.Object, []*unstructured.Unstructured, error) {
	typed, others := []runtime.Object{}, []*unstructured.Unstructured{}
	decoder := serializer.NewCodecFactory(known).UniversalDeserializer()
	for _, raw := range objects {
		var other unstructured.Unstructured
		if err := other.UnmarshalJSON(raw); err != nil {
			return nil, nil, fmt.Errorf("an object of the question: %w", err)
		}
		if other.GetNamespace() == "" {
			other.SetNamespace(home)
		}
		if !known.Recognizes(other.GroupVersionKind()) {
			others = append(others, &other)
			continue
		}
		text, err := other.MarshalJSON()
		if err != nil {
			return nil, nil, err
		}
		object, _, err := decoder.Decode(text, nil, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("an object of the question: %w", err)
		}
		if secret, is := object.(*corev1.Secret); is {
			encoded(secret)
		}
		typed = append(typed, object)
	}
	return typed, others, nil
}

// encoded does what an API server does when a Secret with stringData is written.
func encoded(secret *corev1.Secret) {
	for key, text := range secret.StringData {
		if secret.Data == nil {
			secret.Data = map[string][]byte{}
		}
		secret.Data[key] = []byte(text)
	}
	secret.StringData = nil
}

// installed are the objects and those of the installation that they do not replace.
func installed(objects []runtime.Object) []runtime.Object {
	all := slices.Clone(objects)
	for _, own := range installation() {
		if !slices.ContainsFunc(objects, func(other runtime.Object) bool { return sameName(own, other) }) {
			all = append(all, own)
		}
	}
	return all
}

func sameName(one, other runtime.Object) bool {
	left, right := one.(client.Object), other.(client.Object)
	return one.GetObjectKind().GroupVersionKind() == other.GetObjectKind().GroupVersionKind() &&
		left.GetName() == right.GetName() && left.GetNamespace() == right.GetNamespace()
}

func installation() []runtime.Object {
	named := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{
			Name: name, Namespace: home, Labels: map[string]string{"app.kubernetes.io/part-of": "argocd"},
		}
	}
	everything := argocd.AppProjectSpec{
		SourceRepos:              []string{"*"},
		Destinations:             []argocd.ApplicationDestination{{Server: "*", Namespace: "*"}},
		ClusterResourceWhitelist: []argocd.ClusterResourceRestrictionItem{{Group: "*", Kind: "*"}},
	}
	return []runtime.Object{
		&corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: named("argocd-cm")},
		&corev1.Secret{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: named("argocd-secret"),
			Data: map[string][]byte{"server.secretkey": []byte("unused"), "admin.password": nil},
		},
		&argocd.AppProject{
			TypeMeta:   metav1.TypeMeta{APIVersion: "argoproj.io/v1alpha1", Kind: "AppProject"},
			ObjectMeta: named("default"), Spec: everything,
		},
	}
}

func ownerOf(object client.Object) []string {
	if owner := metav1.GetControllerOf(object); owner != nil && owner.Kind == "ApplicationSet" {
		return []string{owner.Name}
	}
	return nil
}

// deciding is a client for the resources that ConfigMaps name to a clusterDecisionResource generator.
func deciding(typed []runtime.Object, others []*unstructured.Unstructured) dynamic.Interface {
	lists := map[schema.GroupVersionResource]string{}
	for _, object := range typed {
		if settings, is := object.(*corev1.ConfigMap); is && settings.Data["kind"] != "" {
			version, err := schema.ParseGroupVersion(settings.Data["apiVersion"])
			if err == nil {
				lists[version.WithResource(settings.Data["kind"])] = settings.Data["kind"] + "List"
			}
		}
	}
	client := dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), lists)
	client.PrependReactor("list", "*", func(action testing.Action) (bool, runtime.Object, error) {
		return true, listed(action.(testing.ListAction), others), nil
	})
	return client
}

// listed does what an API server does with the selectors of a list; the client in memory knows only labels.
func listed(action testing.ListAction, others []*unstructured.Unstructured) runtime.Object {
	found := &unstructured.UnstructuredList{}
	found.SetAPIVersion(action.GetResource().GroupVersion().String())
	found.SetKind("List")
	for _, other := range others {
		resource, _ := meta.UnsafeGuessKindToResource(other.GroupVersionKind())
		restrictions := action.GetListRestrictions()
		if strings.EqualFold(resource.Resource, action.GetResource().Resource) &&
			resource.GroupVersion() == action.GetResource().GroupVersion() &&
			other.GetNamespace() == action.GetNamespace() &&
			restrictions.Labels.Matches(labels.Set(other.GetLabels())) &&
			restrictions.Fields.Matches(fields.Set{"metadata.name": other.GetName()}) {
			found.Items = append(found.Items, *other)
		}
	}
	return found
}
