package main

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// clusterWith is a cluster in memory that holds these ConfigMaps and Secrets.
func clusterWith(objects []json.RawMessage) (client.Client, error) {
	decoder := serializer.NewCodecFactory(scheme.Scheme).UniversalDeserializer()
	builder := fake.NewClientBuilder().WithScheme(scheme.Scheme)
	for _, raw := range objects {
		object, _, err := decoder.Decode(raw, nil, nil)
		if err != nil {
			return nil, fmt.Errorf("an object of the question: %w", err)
		}
		if secret, is := object.(*corev1.Secret); is {
			encoded(secret)
		}
		builder = builder.WithRuntimeObjects(object)
	}
	return builder.Build(), nil
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

func untyped(object any) (map[string]any, error) {
	return runtime.DefaultUnstructuredConverter.ToUnstructured(object)
}
