// Answers what Argo CD would make of repositories, with its own libraries.
//
// Standard input is a stream of JSON values, one a question; each is answered by one line of JSON, which is
// {"error": ...} where Argo CD would stop. "mode" says what is asked:
//
//	applicationset  the Applications that an ApplicationSet generates (its controller)
//	reconcile       the Applications that stand in the cluster after that, with the conditions
//	manifests       the objects that an Application delivers (the repo server)
//
// tests/delivery/oracles.py says what each takes and gives. No repository is fetched that is not local.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/argoproj/argo-cd/v3/common"
	"github.com/sirupsen/logrus"
	"k8s.io/klog/v2"
)

// Every mode takes some of these.
type question struct {
	Mode string
	world

	ApplicationSet json.RawMessage // modes applicationset and reconcile
	NewGlobbing    bool            // the controller runs with --enable-new-git-file-globbing
	fixtures

	Application json.RawMessage // mode manifests
	rendering
}

var modes = map[string]func(*question) (any, error){
	"applicationset": applicationSet,
	"reconcile":      reconcile,
	"manifests":      manifests,
}

func main() {
	silence()
	out := bufio.NewWriter(os.Stdout)
	err := withTools(func() error { return answerAll(json.NewDecoder(os.Stdin), json.NewEncoder(out)) })
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func silence() {
	os.Setenv(common.EnvLogLevel, "panic")
	logrus.SetOutput(io.Discard)
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
}

// withTools calls with a folder for what Argo CD leaves behind, without a network, and with the program on the
// PATH that an installation has for signatures: nothing is signed here.
func withTools(work func() error) error {
	folder, err := os.MkdirTemp("", "argocd-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	err = os.WriteFile(filepath.Join(folder, "git-verify-wrapper.sh"), []byte("#!/bin/sh\n"), 0o700)
	if err != nil {
		return err
	}
	if newest, err := exec.LookPath("helm4"); err == nil { // which an installation has, by the name of helm
		if err := os.Symlink(newest, filepath.Join(folder, "helm")); err != nil {
			return err
		}
	}
	os.Setenv("TMPDIR", folder)
	os.Setenv("GIT_ALLOW_PROTOCOL", "file")
	for _, scheme := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		os.Setenv(scheme, "http://127.0.0.1:9") // where nothing listens: kustomize and helm fetch nothing either
	}
	os.Setenv("PATH", folder+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return work()
}

// answerAll answers in the order of the questions, and works at some of them at the same time: mostly, they wait.
func answerAll(in *json.Decoder, out *json.Encoder) error {
	answers := make(chan (<-chan any), 8)
	var failed error
	go func() {
		defer close(answers)
		failed = readAll(in, func(answer <-chan any) { answers <- answer })
	}()
	for answer := range answers {
		if err := out.Encode(<-answer); err != nil {
			return err
		}
	}
	return failed
}

func readAll(in *json.Decoder, begun func(<-chan any)) error {
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
		given := make(chan any, 1)
		begun(given)
		go func() { given <- answered(mode, &asked) }()
	}
}

// answered takes a panic for what stops Argo CD, as its controllers do.
func answered(mode func(*question) (any, error), asked *question) (answer any) {
	defer func() {
		if reason := recover(); reason != nil {
			answer = map[string]string{"error": fmt.Sprint(reason)}
		}
	}()
	answer, err := mode(asked)
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return answer
}
