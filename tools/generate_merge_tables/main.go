// Command generate_merge_tables writes gitlint_ops/build/kustomize/data/merge_tables.json and its lock.
//
// The table holds what strategic merge needs of the OpenAPI document that kustomize embeds: how the
// fields of each definition lead to other definitions, the patch strategy and merge keys of lists,
// the definition of each apiVersion and kind, and whether a kind lives in a namespace. No prose of
// the document is kept. Run it from the root of the repository:
//
//	go -C tools/generate_merge_tables run . ../../gitlint_ops/build/kustomize/data
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi/kubernetesapi"
)

const (
	sourceModule = "sigs.k8s.io/kustomize/kyaml"
	sourceAsset  = "kubernetesapi/v1_21_2/swagger.pb"
	kindsKey     = "x-kubernetes-group-version-kind"
)

var mergeExtensions = []string{
	"x-kubernetes-patch-strategy",
	"x-kubernetes-patch-merge-key",
	"x-kubernetes-list-map-keys",
}

// tables is the file's shape; encoding/json writes maps with sorted keys, so it is reproducible.
type tables struct {
	Definitions map[string]map[string]any `json:"definitions"`
	Kinds       map[string]string         `json:"kinds"`
	Namespaced  map[string]bool           `json:"namespaced"`
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run . FOLDER")
	}
	asset := kubernetesapi.OpenAPIMustAsset[kubernetesapi.DefaultOpenAPI](sourceAsset)
	swagger := decode(asset)
	table := tables{map[string]map[string]any{}, map[string]string{}, namespaced(swagger.Paths)}
	for name, definition := range swagger.Definitions {
		table.Definitions[name] = pruned(&definition)
		for _, kind := range kindsOf(definition.Extensions[kindsKey]) {
			table.Kinds[kind] = name
		}
	}
	text := encode(table, "")
	write(filepath.Join(os.Args[1], "merge_tables.json"), text)
	write(filepath.Join(os.Args[1], "merge_tables.lock.json"), encode(lock(asset, text), "  "))
}

func decode(asset []byte) *spec.Swagger {
	document := &openapi_v2.Document{}
	if err := proto.Unmarshal(asset, document); err != nil {
		log.Fatal(err)
	}
	swagger := &spec.Swagger{}
	if _, err := swagger.FromGnostic(document); err != nil {
		log.Fatal(err)
	}
	return swagger
}

// pruned keeps the keywords of a schema that decide how a field is merged.
func pruned(schema *spec.Schema) map[string]any {
	kept := map[string]any{}
	if ref := schema.Ref.String(); ref != "" {
		kept["$ref"] = ref
	}
	for _, key := range mergeExtensions {
		if value, found := schema.Extensions[key]; found {
			kept[key] = value
		}
	}
	if len(schema.Type) == 1 && schema.Type[0] == "array" {
		kept["type"] = "array"
		if schema.Items != nil && schema.Items.Schema != nil {
			kept["items"] = pruned(schema.Items.Schema)
		}
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		kept["additionalProperties"] = pruned(schema.AdditionalProperties.Schema)
	}
	if len(schema.Properties) > 0 {
		properties := map[string]any{}
		for name, property := range schema.Properties {
			properties[name] = pruned(&property)
		}
		kept["properties"] = properties
	}
	return kept
}

// kindsOf reads one or many group-version-kinds as "apiVersion|kind".
func kindsOf(extension any) []string {
	var found []string
	switch held := extension.(type) {
	case []any:
		for _, one := range held {
			found = append(found, kindsOf(one)...)
		}
	case map[string]any:
		apiVersion := fmt.Sprint(held["version"])
		if group, _ := held["group"].(string); group != "" {
			apiVersion = group + "/" + apiVersion
		}
		found = append(found, apiVersion+"|"+fmt.Sprint(held["kind"]))
	}
	return found
}

// namespaced says of each kind that can be fetched whether some path of it names a namespace.
func namespaced(paths *spec.Paths) map[string]bool {
	found := map[string]bool{}
	for path, item := range paths.Paths {
		if item.Get == nil {
			continue
		}
		for _, kind := range kindsOf(item.Get.Extensions[kindsKey]) {
			found[kind] = found[kind] || strings.Contains(path, "namespaces/{namespace}")
		}
	}
	return found
}

func lock(asset, text []byte) map[string]any {
	return map[string]any{
		"source": map[string]any{
			"module":  sourceModule,
			"version": moduleVersion(),
			"asset":   "openapi/" + sourceAsset,
			"title":   "OpenAPI of Kubernetes " + kubernetesapi.DefaultOpenAPI,
			"sha256":  digest(asset),
			"license": "Apache-2.0",
		},
		"command": "go -C tools/generate_merge_tables run . ../../gitlint_ops/build/kustomize/data",
		"files":   map[string]string{"merge_tables.json": digest(text)},
	}
}

func moduleVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == sourceModule {
			return module.Version
		}
	}
	log.Fatal("the build does not say which " + sourceModule + " it holds")
	return ""
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func encode(value any, indent string) []byte {
	content, err := json.MarshalIndent(value, "", indent)
	if indent == "" {
		content, err = json.Marshal(value)
	}
	if err != nil {
		log.Fatal(err)
	}
	return append(content, '\n')
}

func write(path string, content []byte) {
	if err := os.WriteFile(path, content, 0o644); err != nil {
		log.Fatal(err)
	}
}
