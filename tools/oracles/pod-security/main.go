// Answers which controls of the Pod Security Standards a pod breaks, by the library of the API server.
//
// Standard input is a stream of JSON values, one a question: {"level": "baseline", "minor": 34, "metadata": {},
// "spec": {}}. Each is answered by one line of JSON, the broken controls by their ids with the library's words:
// {"privileged": "container \"web\" must not ..."}. tests/pod_security compares with it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type question struct {
	Level    api.Level
	Minor    int
	Metadata metav1.ObjectMeta
	Spec     corev1.PodSpec
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
	evaluator, err := policy.NewEvaluator(namedChecks(), nil)
	if err != nil {
		return err
	}
	for {
		var asked question
		if err := in.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := out.Encode(broken(evaluator, &asked)); err != nil {
			return err
		}
	}
}

// namedChecks are the library's checks, each telling its id as the reason.
func namedChecks() []policy.Check {
	checks := policy.DefaultChecks()
	for i := range checks {
		for j := range checks[i].Versions {
			name, judge := string(checks[i].ID), checks[i].Versions[j].CheckPod
			checks[i].Versions[j].CheckPod = func(meta *metav1.ObjectMeta, spec *corev1.PodSpec) policy.CheckResult {
				result := judge(meta, spec)
				result.ForbiddenReason = name
				return result
			}
		}
	}
	return checks
}

func broken(evaluator policy.Evaluator, asked *question) map[string]string {
	asked.defaultVolumes()
	found := map[string]string{}
	standard := api.LevelVersion{Level: asked.Level, Version: api.MajorMinorVersion(1, asked.Minor)}
	for _, result := range evaluator.EvaluatePod(standard, &asked.Metadata, &asked.Spec) {
		if !result.Allowed {
			found[result.ForbiddenReason] = result.ForbiddenDetail
		}
	}
	return found
}

// defaultVolumes does what the API server does before admission: a volume without a source is an emptyDir.
func (asked *question) defaultVolumes() {
	for i := range asked.Spec.Volumes {
		if source := &asked.Spec.Volumes[i].VolumeSource; *source == (corev1.VolumeSource{}) {
			source.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
}
