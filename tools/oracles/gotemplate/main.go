// Renders templates as Argo CD's ApplicationSet controller does: one question a line, one answer a line.
//
// A question is {"template", "data", "missingkey", "mode"}: mode "applicationset" (the default) has the
// functions of sprig as the controller changes them, "go" those of text/template alone, and "classic" replaces
// {{ names }} with fasttemplate. An answer is {"output"} or {"error"}.
//
// Source of what the controller does: applicationset/utils/utils.go of github.com/argoproj/argo-cd/v3.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/gosimple/slug"
	"github.com/valyala/fasttemplate"
	"sigs.k8s.io/yaml"
)

type question struct {
	Template   string         `json:"template"`
	Data       map[string]any `json:"data"`
	MissingKey string         `json:"missingkey"`
	Mode       string         `json:"mode"`
}

type answer struct {
	Output *string `json:"output,omitempty"`
	Error  string  `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	functions := controllerFunctions()
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := answers.Encode(answered(line, functions)); err != nil {
				fail(err)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func answered(line []byte, functions template.FuncMap) (given answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			given = answer{Error: fmt.Sprintf("panic: %v", panicked)}
		}
	}()
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: "malformed question: " + err.Error()}
	}
	output, err := rendered(asked, functions)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Output: &output}
}

func rendered(asked question, functions template.FuncMap) (string, error) {
	if asked.Mode == "classic" {
		return classic(asked.Template, asked.Data)
	}
	parsing := template.New("base")
	if asked.Mode != "go" {
		parsing = parsing.Funcs(functions)
	}
	if asked.MissingKey != "" {
		parsing = parsing.Option("missingkey=" + asked.MissingKey)
	}
	parsed, err := parsing.Parse(asked.Template)
	if err != nil {
		return "", err
	}
	var written bytes.Buffer
	err = parsed.Execute(&written, asked.Data)
	return written.String(), err
}

func controllerFunctions() template.FuncMap {
	functions := sprig.GenericFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(functions, name)
	}
	functions["normalize"] = normalized
	functions["slugify"] = slugified
	functions["toYaml"] = func(value any) (string, error) {
		data, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(data), "\n"), err
	}
	functions["fromYaml"] = func(text string) (map[string]any, error) {
		read := map[string]any{}
		err := yaml.Unmarshal([]byte(text), &read)
		return read, err
	}
	functions["fromYamlArray"] = func(text string) ([]any, error) {
		read := []any{}
		err := yaml.Unmarshal([]byte(text), &read)
		return read, err
	}
	return functions
}

var notInNames = regexp.MustCompile("[^-a-z0-9.]")

func normalized(name string) string {
	name = notInNames.ReplaceAllString(strings.ToLower(name), "-")
	if len(name) > 253 {
		name = name[:253]
	}
	return strings.Trim(name, "-.")
}

func slugified(given ...any) string {
	size, smart, name := 50, true, ""
	for index, one := range given {
		switch {
		case index == len(given)-1:
			name = one.(string)
		case index == 0:
			size = one.(int)
		case index == 1:
			smart = one.(bool)
		}
	}
	slug.EnableSmartTruncate = smart
	slug.MaxLength = size
	return slug.Make(normalized(name))
}

var hasTag = regexp.MustCompile(".*{{.*}}.*")

func classic(text string, parameters map[string]any) (string, error) {
	if !hasTag.MatchString(text) {
		return text, nil
	}
	parsed, err := fasttemplate.NewTemplate(text, "{{", "}}")
	if err != nil {
		return "", err
	}
	return parsed.ExecuteFuncString(func(written io.Writer, tag string) (int, error) {
		name := strings.TrimSpace(tag)
		value, known := parameters[name].(string)
		if name == "" || !known {
			return fmt.Fprintf(written, "{{%s}}", tag)
		}
		return io.WriteString(written, value)
	}), nil
}
