package brokers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// DefaultVersion of Kafka is the newest that Velox is tested with every day.
const DefaultVersion = "4.1.2"

var versionPattern = regexp.MustCompile(`^\d+\.\d+\.\d+$`)

// jarDir is where a version's jars are kept: <user cache>/velox/kafka-<version>.
func jarDir(version string) (string, error) {
	if !versionPattern.MatchString(version) {
		return "", fmt.Errorf("kafka version %q: want three numbers, such as %s", version, DefaultVersion)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("a place for Kafka's jars: %w", err)
	}
	return filepath.Join(cache, "velox", "kafka-"+version), nil
}

// Cached tells whether a version's jars are on this machine.
func Cached(version string) bool {
	dir, err := jarDir(version)
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, "complete"))
	return err == nil
}

// Fetch makes sure that a version's jars are on this machine and gives their
// directory. It needs Maven when they are not, and is safe to run in several
// processes at once.
func Fetch(ctx context.Context, version string) (string, error) {
	dir, err := jarDir(version)
	if err != nil || Cached(version) {
		return dir, err
	}
	if _, err := exec.LookPath("mvn"); err != nil {
		return "", fmt.Errorf("kafka %s is not in %s and can't be fetched: install Maven (mvn), or set KAFKA_BOOTSTRAP_SERVERS", version, dir)
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(parent, "fetch-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if err := fetchInto(ctx, work, version); err != nil {
		return "", fmt.Errorf("fetch kafka %s: %w", version, err)
	}
	if err := os.Rename(work, dir); err != nil && !Cached(version) {
		return "", err
	}
	return dir, nil
}

const project = `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>velox</groupId><artifactId>kafka-jars</artifactId><version>1</version>
<dependencies><dependency>
<groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>%s</version>
</dependency></dependencies></project>
`

// fetchInto copies the broker with all that it needs, and the logger that fits
// its logging interface.
func fetchInto(ctx context.Context, dir, version string) error {
	if err := os.WriteFile(filepath.Join(dir, "pom.xml"), fmt.Appendf(nil, project, version), 0o644); err != nil {
		return err
	}
	if err := maven(ctx, dir, "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+dir); err != nil {
		return err
	}
	found, err := filepath.Glob(filepath.Join(dir, "slf4j-api-*.jar"))
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("found %d slf4j-api jars, want 1", len(found))
	}
	logger := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(found[0]), "slf4j-api-"), ".jar")
	if err := maven(ctx, dir, "dependency:copy", "-Dartifact=org.slf4j:slf4j-simple:"+logger, "-DoutputDirectory="+dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "complete"), nil, 0o644)
}

func maven(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "mvn", append([]string{"-q", "-B"}, args...)...)
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	if err != nil {
		return errors.Join(fmt.Errorf("mvn %s: %w", args[0], err), errors.New(lastLines(string(output), 10)))
	}
	return nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
