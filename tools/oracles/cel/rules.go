package main

import (
	"context"
	"encoding/json"
	"math"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
)

// The rules of a schema that objects break: for each object, each with its field; or `refused` where
// the schema itself is none that a server takes.
type verdicts struct {
	Broken  [][]broken `json:"broken"`
	Refused string     `json:"refused,omitempty"`
}

type broken struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

func brokenRules(schema json.RawMessage, objects []json.RawMessage) (verdicts, error) {
	var published v1.JSONSchemaProps
	if err := json.Unmarshal(schema, &published); err != nil {
		return verdicts{}, err
	}
	var internal apiextensions.JSONSchemaProps
	if err := v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&published, &internal, nil); err != nil {
		return verdicts{}, err
	}
	structural, err := structuralschema.NewStructural(&internal)
	if err != nil {
		return verdicts{Refused: err.Error()}, nil
	}
	validator := cel.NewValidator(structural, true, celconfig.PerCallLimit)
	found := verdicts{Broken: make([][]broken, 0, len(objects))}
	for _, object := range objects {
		some, err := brokenBy(object, structural, validator)
		if err != nil {
			return verdicts{}, err
		}
		found.Broken = append(found.Broken, some)
	}
	return found, nil
}

// As a server does when an object is created: with the defaults of the schema, and without an old object.
func brokenBy(raw json.RawMessage, schema *structuralschema.Structural, validator *cel.Validator) ([]broken, error) {
	var object map[string]any
	if err := utiljson.Unmarshal(raw, &object); err != nil {
		return nil, err
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, schema)
	defaulting.Default(object, schema)
	faults, _ := validator.Validate(context.Background(), nil, schema, object, nil, math.MaxInt64)
	found := []broken{}
	for _, fault := range faults {
		found = append(found, broken{fault.Field, fault.Detail})
	}
	return found, nil
}
