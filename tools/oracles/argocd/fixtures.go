package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/services/pull_request"
	"github.com/argoproj/argo-cd/v3/applicationset/services/scm_provider"
	argocd "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// What services outside of the cluster would answer to generators.
type fixtures struct {
	Scm          []scmBranch
	PullRequests []*pull_request.PullRequest
	Plugins      map[string][]map[string]any // name of the ConfigMap -> sets of parameters
}

// A branch of a repository, and which paths it has.
type scmBranch struct {
	scm_provider.Repository
	Paths []string
}

type scm []scmBranch

// ListRepos gives the first of the named branches of each repository: its default branch.
func (branches scm) ListRepos(context.Context, string) ([]*scm_provider.Repository, error) {
	found, seen := []*scm_provider.Repository{}, map[string]bool{}
	for i := range branches {
		if name := branches[i].Repository.Repository; !seen[name] {
			seen[name] = true
			found = append(found, &branches[i].Repository)
		}
	}
	return found, nil
}

func (branches scm) RepoHasPath(_ context.Context, repository *scm_provider.Repository, path string) (bool, error) {
	return slices.ContainsFunc(branches, func(branch scmBranch) bool {
		return branch.Repository.Repository == repository.Repository && branch.Branch == repository.Branch &&
			slices.Contains(branch.Paths, path)
	}), nil
}

// GetBranches gives all, as with allBranches.
func (branches scm) GetBranches(
	_ context.Context, repository *scm_provider.Repository,
) ([]*scm_provider.Repository, error) {
	found := []*scm_provider.Repository{}
	for i := range branches {
		if branches[i].Repository.Repository == repository.Repository {
			found = append(found, &branches[i].Repository)
		}
	}
	return found, nil
}

// answering are generators that ask the fixtures.
func (known *fixtures) answering(all map[string]generators.Generator) {
	if generator, is := all["SCMProvider"].(*generators.SCMProviderGenerator); is {
		inject(generator, "overrideProvider", scm_provider.SCMProviderService(scm(known.Scm)))
	}
	if generator, is := all["PullRequest"].(*generators.PullRequestGenerator); is {
		inject(generator, "selectServiceProviderFunc", func(
			ctx context.Context, _ *argocd.PullRequestGenerator, _ *argocd.ApplicationSet,
		) (pull_request.PullRequestService, error) {
			return pull_request.NewFakeService(ctx, known.PullRequests, nil)
		})
	}
}

// plugged is a server that answers as the plugins would, and the objects by which a generator finds it.
func (known *fixtures) plugged() (*httptest.Server, []json.RawMessage) {
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, request *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
		_ = json.NewEncoder(out).Encode(map[string]any{"output": map[string]any{"parameters": known.Plugins[name]}})
	}))
	objects := []json.RawMessage{object("Secret", "plugins", map[string]string{"token": "dG9rZW4="})}
	for name := range known.Plugins {
		settings := map[string]string{"baseUrl": server.URL + "/" + name, "token": "$plugins:token"}
		objects = append(objects, object("ConfigMap", name, settings))
	}
	return server, objects
}

func object(kind, name string, data map[string]string) json.RawMessage {
	raw, _ := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": kind, "metadata": map[string]string{"name": name, "namespace": home}, "data": data,
	})
	return raw
}
