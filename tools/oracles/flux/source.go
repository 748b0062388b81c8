package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/fluxcd/pkg/git"
	"github.com/fluxcd/pkg/git/gogit"
	"github.com/fluxcd/pkg/git/repository"
	"github.com/fluxcd/pkg/sourceignore"
	fluxtar "github.com/fluxcd/pkg/tar"
)

// ignoring is the filter of the controller's storage: its own defaults where the repository and the source
// name nothing, else what they name and what belongs to git.
func ignoring(root string, ignore *string) (func(string, os.FileInfo) bool, error) {
	domain := strings.Split(root, string(filepath.Separator))
	patterns, err := sourceignore.LoadIgnorePatterns(root, domain)
	if err != nil {
		return nil, err
	}
	if ignore != nil {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(*ignore), domain)...)
	}
	matcher := sourceignore.NewDefaultMatcher(nil, domain)
	if len(patterns) > 0 {
		matcher = sourceignore.NewMatcher(append(sourceignore.VCSPatterns(domain), patterns...))
	}
	return func(path string, info os.FileInfo) bool {
		return matcher.Match(strings.Split(path, string(filepath.Separator)), info.IsDir())
	}, nil
}

// packed is the artifact of a folder.
func packed(root string, ignore *string) (*bytes.Buffer, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	filter, err := ignoring(root, ignore)
	if err != nil {
		return nil, err
	}
	var archive bytes.Buffer
	_, err = fluxtar.Tar(root, &archive, fluxtar.WithFilter(filter), fluxtar.WithSkipGzip())
	return &archive, err
}

// artifact puts into another folder what a controller gets of a folder.
func artifact(root string, ignore *string, target string) error {
	archive, err := packed(root, ignore)
	if err != nil {
		return err
	}
	return fluxtar.Untar(archive, target, fluxtar.WithSkipGzip(), fluxtar.WithMaxUntarSize(fluxtar.UnlimitedUntarSize))
}

func sourceignored(asked *question) (any, error) {
	list := artifactFiles
	if asked.Kind == "Bucket" {
		list = bucketFiles
	}
	files, err := list(asked.Root, asked.Ignore)
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	return map[string]any{"files": files}, nil
}

func artifactFiles(root string, ignore *string) ([]string, error) {
	archive, err := packed(root, ignore)
	if err != nil {
		return nil, err
	}
	files := []string{}
	for reader := tar.NewReader(archive); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		} else if err != nil {
			return nil, err
		}
		if header.Typeflag == tar.TypeReg {
			files = append(files, header.Name)
		}
	}
}

// bucketFiles are those of a bucket, whose keys are matched alone: only the file at its root counts, and there
// are no defaults.
func bucketFiles(root string, ignore *string) ([]string, error) {
	patterns, err := sourceignore.ReadIgnoreFile(filepath.Join(root, sourceignore.IgnoreFile), nil)
	if err != nil {
		return nil, err
	}
	if ignore != nil {
		patterns = append(patterns, sourceignore.ReadPatterns(strings.NewReader(*ignore), nil)...)
	}
	matcher, files := sourceignore.NewMatcher(patterns), []string{}
	err = fs.WalkDir(os.DirFS(root), ".", func(key string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || key == sourceignore.IgnoreFile {
			return err
		}
		if !matcher.Match(strings.Split(key, "/"), false) {
			files = append(files, key)
		}
		return nil
	})
	return files, err
}

// checkout is what a GitRepository with this reference fetches, and from which revision.
func checkout(asked *question) (any, error) {
	answer := map[string]any{}
	return answer, inScratch(func(work string) error {
		client, err := gogit.NewClient(work, &git.AuthOptions{Transport: git.HTTP}, gogit.WithDiskStorage())
		if err != nil {
			return err
		}
		defer client.Close()
		commit, err := client.Clone(context.Background(), asked.Root, cloning(asked))
		if err != nil {
			return err
		}
		files, err := artifactFiles(work, asked.Ignore)
		sort.Strings(files)
		answer["revision"], answer["commit"], answer["files"] = commit.String(), commit.Hash.String(), files
		return err
	})
}

func cloning(asked *question) repository.CloneConfig {
	sparse := []string{}
	for _, folder := range asked.Sparse {
		sparse = append(sparse, strings.TrimPrefix(folder, "./"))
	}
	reference := asked.Reference
	return repository.CloneConfig{
		CheckoutStrategy: repository.CheckoutStrategy{
			Branch: reference["branch"], Tag: reference["tag"], SemVer: reference["semver"],
			RefName: reference["name"], Commit: reference["commit"],
		},
		SparseCheckoutDirectories: sparse,
		ShallowClone:              true,
	}
}
