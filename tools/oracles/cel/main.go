// Answers questions on CEL as a Kubernetes API server would: with the libraries of that release.
//
// Standard input is a stream of JSON values, one a question; each is answered by one line of JSON.
// {"expression": ...} asks for the value of an expression, {"schema": ..., "objects": [...]} for the
// rules that objects break when they are created. docs/decisions/0012 and tests/cel compare with it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

type question struct {
	Expression string
	Schema     json.RawMessage
	Objects    []json.RawMessage
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
	expressions, err := newExpressions()
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
		answer := any(nil)
		if asked.Schema == nil {
			answer = expressions.evaluate(asked.Expression)
		} else if answer, err = brokenRules(asked.Schema, asked.Objects); err != nil {
			return err
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
}
