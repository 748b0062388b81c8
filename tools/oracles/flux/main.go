// Answers what the controllers of Flux would make of a repository, with their own libraries.
//
// Standard input is a stream of JSON values, one a question; each is answered by one line of JSON, which is
// {"error": ...} where the controller would stop. "mode" says what is asked:
//
//	build         the objects that a Kustomization applies (kustomize-controller)
//	substitute    one document after variable substitution (kustomize-controller)
//	expand        one text after variable substitution, which need not be YAML
//	values        the values that a HelmRelease gives its chart (helm-controller)
//	sourceignore  the files of a folder that get into the artifact of a source (source-controller)
//	checkout      the revision of a git repository that a reference stands for (source-controller)
//
// tests/delivery/oracles.py says what each takes and gives.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Every mode takes some of these.
type question struct {
	Mode    string
	Objects []json.RawMessage // what is in the cluster: ConfigMaps and Secrets

	Kustomization json.RawMessage // mode build
	HelmRelease   json.RawMessage // mode values

	Root   string  // a folder
	Ignore *string // spec.ignore of the source
	Kind   string  // of the source

	Document string // modes substitute and expand
	Vars     map[string]string
	Strict   bool // the controller runs with the feature StrictPostBuildSubstitutions
	Always   bool // substitute though there are no variables

	Reference map[string]string // mode checkout: spec.ref of the source
	Sparse    []string          // and its spec.sparseCheckout
}

var modes = map[string]func(*question) (any, error){
	"build":        build,
	"substitute":   substitute,
	"expand":       expand,
	"values":       values,
	"sourceignore": sourceignored,
	"checkout":     checkout,
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	err := answerAll(json.NewDecoder(os.Stdin), json.NewEncoder(out))
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answerAll(in *json.Decoder, out *json.Encoder) error {
	for {
		var asked question
		if err := in.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		mode, known := modes[asked.Mode]
		if !known {
			return fmt.Errorf("there is no mode %q", asked.Mode)
		}
		answer, err := mode(&asked)
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
}
