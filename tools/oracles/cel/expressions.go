package main

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/util/compatibility"
)

// What an expression comes to: `value` with its `type`, or `fault` where evaluating fails, or `refused`
// where it cannot be compiled.
type outcome struct {
	Value   string `json:"value"`
	Type    string `json:"type"`
	Fault   string `json:"fault,omitempty"`
	Refused string `json:"refused,omitempty"`
}

type expressions struct{ environment *cel.Env }

// The functions of the release that these libraries belong to, with the variables of a rule, untyped.
func newExpressions() (*expressions, error) {
	base := environment.MustBaseEnvSet(compatibility.DefaultBuildEffectiveVersion().BinaryVersion())
	extended, err := base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("self", cel.DynType), cel.Variable("oldSelf", cel.DynType)},
	})
	if err != nil {
		return nil, err
	}
	return &expressions{extended.StoredExpressionsEnv()}, nil
}

func (known *expressions) evaluate(expression string) outcome {
	compiled, issues := known.environment.Compile(expression)
	if issues.Err() != nil {
		return outcome{Refused: issues.Err().Error()}
	}
	program, err := known.environment.Program(compiled)
	if err != nil {
		return outcome{Refused: err.Error()}
	}
	value, _, err := program.Eval(map[string]any{"self": nil, "oldSelf": nil})
	if err != nil {
		return outcome{Fault: err.Error()}
	}
	return outcome{Value: fmt.Sprint(value.Value()), Type: value.Type().TypeName()}
}
