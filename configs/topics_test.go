package configs

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

type topicFile struct {
	Topics []struct {
		Topic      string `yaml:"topic"`
		Partitions int32  `yaml:"partitions"`
		Replicas   int16  `yaml:"replication_factor"`
	} `yaml:"topics"`
}

func TestDecodeTopics(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	text := "topics:\n  - {topic: a, partitions: 6, replication_factor: 3}\n  - {topic: b, partitions: many, replicas: 99999}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var into topicFile
	var wrong *Error
	if err := (&Config{Topics: Topics{File: file}}).DecodeTopics(&into); !errors.As(err, &wrong) || len(wrong.Problems) != 2 ||
		wrong.Problems[0].String() != `mine.yaml:3:28: topics[1].partitions: "many": want a whole number` ||
		wrong.Problems[1].String() != "mine.yaml:3:34: topics[1].replicas: unknown key: known here: topic, partitions, replication_factor" {
		t.Errorf("gives %v", err)
	}
	if len(into.Topics) != 2 || into.Topics[0].Partitions != 6 || into.Topics[0].Replicas != 3 {
		t.Errorf("topics are %+v", into)
	}
	if err := (&Config{Topics: Topics{File: file + "x"}}).DecodeTopics(&into); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
}
