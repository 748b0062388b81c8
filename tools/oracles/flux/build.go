package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	"github.com/fluxcd/pkg/envsubst"
	"github.com/fluxcd/pkg/kustomize"
	"github.com/fluxcd/pkg/ssa"
	ssautil "github.com/fluxcd/pkg/ssa/utils"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/yaml"
)

// What a Kustomization comes to: the objects, those of them that are not applied, and the kustomization.yaml
// that was built.
type built struct {
	Objects   []map[string]any `json:"objects"`
	Skipped   []string         `json:"skipped"`
	Generated string           `json:"generated"`
}

// build goes through the steps of the controller in its order: the artifact of the source, the kustomization
// that it generates, the build, the substitution, the metadata. It decrypts nothing.
func build(asked *question) (any, error) {
	var kustomization kustomizev1.Kustomization
	if err := json.Unmarshal(asked.Kustomization, &kustomization); err != nil {
		return nil, err
	}
	cluster, err := clusterWith(asked.Objects)
	if err != nil {
		return nil, err
	}
	var answer built
	err = inScratch(func(work string) error {
		if err := artifact(asked.Root, asked.Ignore, work); err != nil {
			return err
		}
		generated, objects, err := buildIn(work, &kustomization, cluster, asked.Strict)
		if err == nil {
			answer = described(&kustomization, objects, generated)
		}
		return err
	})
	return answer, err
}

// inScratch calls with a folder that is removed, and whose path stands in no error.
func inScratch(work func(folder string) error) error {
	folder, err := os.MkdirTemp("", "flux-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return err
	}
	if err := work(folder); err != nil {
		text := strings.ReplaceAll(err.Error(), folder+string(filepath.Separator), "")
		return errors.New(strings.ReplaceAll(text, folder, "."))
	}
	return nil
}

func buildIn(
	work string, kustomization *kustomizev1.Kustomization, cluster client.Client, strict bool,
) (string, []*unstructured.Unstructured, error) {
	folder, err := securejoin.SecureJoin(work, kustomization.Spec.Path)
	if err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(folder); err != nil {
		return "", nil, fmt.Errorf("kustomization path not found: %w", err)
	}
	object, err := untyped(kustomization)
	if err != nil {
		return "", nil, err
	}
	generator := kustomize.NewGenerator(work, unstructured.Unstructured{Object: object})
	_, file, _, err := generator.GenerateManifest(folder)
	if err == nil {
		_, err = generator.WriteFile(folder)
	}
	if err != nil {
		return "", nil, err
	}
	generated, err := os.ReadFile(file)
	if err != nil {
		return "", nil, err
	}
	resources, err := kustomize.SecureBuild(work, folder, false)
	if err != nil {
		return "", nil, fmt.Errorf("kustomize build failed: %w", err)
	}
	if err := substituteAll(resources, kustomization, cluster, strict); err != nil {
		return "", nil, err
	}
	text, err := resources.AsYaml()
	if err != nil {
		return "", nil, fmt.Errorf("kustomize build failed: %w", err)
	}
	objects, err := ssautil.ReadObjects(bytes.NewReader(text))
	return string(generated), objects, err
}

func substituteAll(
	resources resmap.ResMap, kustomization *kustomizev1.Kustomization, cluster client.Client, strict bool,
) error {
	object, err := untyped(kustomization)
	if err != nil {
		return err
	}
	always := kustomization.GetSubstituteStrategy() == kustomizev1.SubstituteStrategyAlways
	for _, resource := range resources.Resources() {
		if resource.GetName() == "" || resource.GetKind() == "" || resource.GetApiVersion() == "" {
			return errors.New("failed to decode Kubernetes apiVersion, kind and name from: " + resource.String())
		}
		if kustomization.Spec.PostBuild == nil {
			continue
		}
		changed, err := kustomize.SubstituteVariables(
			context.Background(), cluster, unstructured.Unstructured{Object: object}, resource,
			kustomize.SubstituteWithStrict(strict), kustomize.SubstituteWithAlways(always))
		if err == nil && changed != nil {
			_, err = resources.Replace(resource)
		}
		if err != nil {
			return fmt.Errorf("post build failed for '%s/%s': %w", resource.GetGvk(), resource.GetName(), err)
		}
	}
	return nil
}

// described adds the metadata that the controller adds.
func described(
	kustomization *kustomizev1.Kustomization, objects []*unstructured.Unstructured, generated string,
) built {
	group := kustomizev1.GroupVersion.Group
	ssa.NewResourceManager(nil, nil, ssa.Owner{Field: "kustomize-controller", Group: group}).
		SetOwnerLabels(objects, kustomization.GetName(), kustomization.GetNamespace())
	if common := kustomization.Spec.CommonMetadata; common != nil {
		ssautil.SetCommonMetadata(objects, common.Labels, common.Annotations)
	}
	excluding := map[string]string{
		group + "/reconcile": kustomizev1.DisabledValue,
		group + "/ssa":       kustomizev1.IgnoreValue,
	}
	answer := built{Objects: []map[string]any{}, Skipped: []string{}, Generated: generated}
	for _, object := range objects {
		answer.Objects = append(answer.Objects, object.Object)
		if ssautil.AnyInMetadata(object, excluding) {
			answer.Skipped = append(answer.Skipped, ssautil.FmtUnstructured(object))
		}
	}
	return answer
}

// substitute does to one document what the controller does with the variables of postBuild.substitute.
func substitute(asked *question) (any, error) {
	resource, err := provider.NewDefaultDepProvider().GetResourceFactory().FromBytes([]byte(asked.Document))
	if err != nil {
		return nil, err
	}
	variables := map[string]any{}
	for name, value := range asked.Vars {
		variables[name] = value
	}
	object := map[string]any{"spec": map[string]any{"postBuild": map[string]any{"substitute": variables}}}
	_, err = kustomize.SubstituteVariables(
		context.Background(), nil, unstructured.Unstructured{Object: object}, resource,
		kustomize.SubstituteWithStrict(asked.Strict), kustomize.SubstituteWithAlways(asked.Always))
	if err != nil {
		return nil, err
	}
	text, err := resource.AsYAML()
	if err != nil {
		return nil, err
	}
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	return map[string]any{"document": document}, nil
}

// expand is the substitution alone.
func expand(asked *question) (any, error) {
	text, err := envsubst.Eval(asked.Document, func(name string) (string, bool) {
		value, known := asked.Vars[name]
		return value, known || !asked.Strict
	})
	return map[string]string{"text": text}, err
}
