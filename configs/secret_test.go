package configs

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const canary = "hunter2-canary"

func secure(mechanism string) []Override {
	return []Override{
		{Path: "kafka.tls.enabled", Value: "true", Flag: "--set"},
		{Path: "kafka.sasl.mechanism", Value: mechanism, Flag: "--set"},
		{Path: "kafka.sasl.username", Value: "velox", Flag: "--set"},
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	cfg, err := Load(Sources{Demo: DemoOff, Env: []string{"KAFKA_SASL_PASSWORD=" + canary}, Flags: secure("PLAIN")})
	if err != nil {
		t.Fatal(err)
	}
	if string(cfg.Kafka.SASL.Password) != canary {
		t.Errorf("the password is %q", string(cfg.Kafka.SASL.Password))
	}
	document, err := json.Marshal(cfg.Settings())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"Settings": string(document), "JSON": string(whole), "%+v": fmt.Sprintf("%+v", cfg.Kafka), "%#v": fmt.Sprintf("%#v", cfg.Kafka),
	} {
		if strings.Contains(text, canary) || !strings.Contains(text, hidden) {
			t.Errorf("%s shows %s", name, text)
		}
	}
}

func TestSecretsFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(canary+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(Sources{Demo: DemoOff, Env: []string{"KAFKA_SASL_PASSWORD_FILE=" + file}, Flags: secure("PLAIN")})
	if err != nil || string(cfg.Kafka.SASL.Password) != canary {
		t.Fatalf("gives %v", err)
	}
	_, err = Load(Sources{Demo: DemoOff, Env: []string{"KAFKA_SASL_PASSWORD_FILE=" + file + "x"}, Flags: secure("PLAIN")})
	if err == nil || !strings.Contains(err.Error(), "KAFKA_SASL_PASSWORD_FILE: kafka.sasl.password") {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestSecretsAreNoFlags(t *testing.T) {
	_, err := Load(Sources{Demo: DemoOff, Flags: append(secure("PLAIN"), Override{Path: "kafka.sasl.password", Value: canary, Flag: "--set"})})
	if err == nil || strings.Contains(err.Error(), canary) || !strings.Contains(err.Error(), "want the variable KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE") {
		t.Errorf("gives %v", err)
	}
}
