package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	reposervercache "github.com/argoproj/argo-cd/v3/reposerver/cache"
	"github.com/argoproj/argo-cd/v3/reposerver/metrics"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	"github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/git"
	"github.com/argoproj/argo-cd/v3/util/helm"
	utilio "github.com/argoproj/argo-cd/v3/util/io"
	"google.golang.org/grpc"
	"k8s.io/apimachinery/pkg/api/resource"
)

// A repo server in this process, with the settings that an installation has unless it changes them. Its git
// and Helm clients find local folders at the addresses of the question, and nothing elsewhere.
type repoServer struct {
	apiclient.RepoServerServiceClient
	service *repository.Service
	local   map[string]string // address -> git repository
}

// withRepoServer calls with a repo server whose folders are removed, and stand in no error.
func withRepoServer(known *world, work func(*repoServer) error) error {
	scratch, err := os.MkdirTemp("", "argocd-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	local, err := localRepositories(known.Repositories, scratch)
	if err != nil {
		return err
	}
	byName := map[string]string{}
	for url, folder := range local {
		byName[git.NormalizeGitURL(url)] = folder
	}
	started := &repoServer{local: local, service: repository.NewService(
		metrics.NewMetricsServer(),
		reposervercache.NewCache(cache.NewCache(cache.NewInMemoryCache(time.Hour)), time.Hour, time.Hour, time.Second),
		repository.RepoServerInitConstants{
			SubmoduleEnabled:                  true,
			MaxCombinedDirectoryManifestsSize: resource.MustParse("10M"),
			HelmManifestMaxExtractedSize:      1e9,
			HelmRegistryMaxIndexSize:          1e9,
			EnableBuiltinGitConfig:            true,
		}, git.NoopCredsStore{}, filepath.Join(scratch, "checkouts"))}
	if err := os.Mkdir(filepath.Join(scratch, "checkouts"), 0o700); err != nil {
		return err
	}
	inject(started.service, "newGitClient", func(
		url, root string, creds git.Creds, insecure, lfs bool, proxy, noProxy string, options ...git.ClientOpts,
	) (git.Client, error) {
		folder, known := byName[git.NormalizeGitURL(url)]
		if !known {
			return nil, fmt.Errorf("there is no repository %s", url)
		}
		return git.NewClientExt("file://"+folder, root, creds, insecure, lfs, proxy, noProxy, options...)
	})
	inject(started.service, "newHelmClient", func(
		url string, _ helm.Creds, _ bool, _, _ string, _ ...helm.ClientOpts,
	) helm.Client {
		return charts{charts: known.Charts, url: url, scratch: scratch}
	})
	if err := work(started); err != nil {
		return errors.New(withoutPaths(err.Error(), scratch))
	}
	return nil
}

// withoutPaths is a text in which checkouts have no names by chance.
func withoutPaths(text, scratch string) string {
	for {
		before, after, found := strings.Cut(text, filepath.Join(scratch, "checkouts")+"/")
		if !found {
			return strings.ReplaceAll(strings.ReplaceAll(text, scratch, "<scratch>"), os.TempDir(), "<scratch>")
		}
		end := strings.IndexFunc(after, func(letter rune) bool { return !strings.ContainsRune("0123456789abcdef-", letter) })
		text = before + "<checkout>" + after[max(end, 0):]
	}
}

// localRepositories are the folders by address, each a git repository: of one that is none, one is made.
func localRepositories(folders map[string]string, scratch string) (map[string]string, error) {
	found := map[string]string{}
	for url, folder := range folders {
		if _, err := os.Stat(filepath.Join(folder, ".git")); err != nil && !bare(folder) {
			made := filepath.Join(scratch, strconv.Itoa(len(found)))
			if err := committed(folder, made); err != nil {
				return nil, err
			}
			folder = made
		}
		found[url] = folder
	}
	return found, nil
}

func bare(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "HEAD"))
	return err == nil
}

// committed makes a repository with one commit on `main`, which holds the folder.
func committed(folder, made string) error {
	there := []string{"--git-dir=" + made, "--work-tree=" + folder, "-c", "user.name=-", "-c", "user.email=-"}
	for _, order := range [][]string{
		{"init", "--quiet", "--initial-branch=main", "--bare", made},
		append(there, "add", "--all"),
		append(there, "commit", "--quiet", "--allow-empty", "--message=-", "--date=2020-01-01T00:00:00Z"),
	} {
		command := exec.Command("git", order...)
		command.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2020-01-01T00:00:00Z")
		if said, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", strings.Join(order, " "), err, said)
		}
	}
	return nil
}

// Held while the environment of the process belongs to one question.
var environment sync.Mutex

// redirectGit lets the git that kustomize calls find the same repositories.
func redirectGit(local map[string]string) {
	count := 0
	for url, folder := range local {
		for _, form := range []string{strings.TrimSuffix(url, ".git"), strings.TrimSuffix(url, ".git") + ".git"} {
			os.Setenv("GIT_CONFIG_KEY_"+strconv.Itoa(count), "url.file://"+folder+".insteadOf")
			os.Setenv("GIT_CONFIG_VALUE_"+strconv.Itoa(count), form)
			count++
		}
	}
	os.Setenv("GIT_CONFIG_COUNT", strconv.Itoa(count))
}

func (server *repoServer) NewRepoServerClient() (utilio.Closer, apiclient.RepoServerServiceClient, error) {
	return utilio.NopCloser, server, nil
}

func (server *repoServer) GetGitFiles(
	ctx context.Context, asked *apiclient.GitFilesRequest, _ ...grpc.CallOption,
) (*apiclient.GitFilesResponse, error) {
	return server.service.GetGitFiles(ctx, asked)
}

func (server *repoServer) GetGitDirectories(
	ctx context.Context, asked *apiclient.GitDirectoriesRequest, _ ...grpc.CallOption,
) (*apiclient.GitDirectoriesResponse, error) {
	return server.service.GetGitDirectories(ctx, asked)
}

func (server *repoServer) GenerateManifest(
	ctx context.Context, asked *apiclient.ManifestRequest, _ ...grpc.CallOption,
) (*apiclient.ManifestResponse, error) {
	return server.service.GenerateManifest(ctx, asked)
}

func (server *repoServer) ResolveRevision(
	ctx context.Context, asked *apiclient.ResolveRevisionRequest, _ ...grpc.CallOption,
) (*apiclient.ResolveRevisionResponse, error) {
	return server.service.ResolveRevision(ctx, asked)
}
