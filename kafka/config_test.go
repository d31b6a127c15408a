package kafka_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/velox-trading/velox/kafka"
	"github.com/velox-trading/velox/messages"
)

func TestDefaultsAreTheContracts(t *testing.T) {
	const contract = `
bootstrap_servers: ["localhost:9092"]
group_id_prefix: velox-trading
auto_offset_reset: latest
enable_auto_commit: false
session_timeout_ms: 30000
heartbeat_interval_ms: 3000
max_poll_records: 1000
fetch_max_bytes: 52428800
compression_type: lz4
batch_size: 16384
linger_ms: 5
max_in_flight_requests_per_connection: 5
acks: all
retries: 3
transaction_timeout_ms: 30000
`
	var want kafka.Config
	if err := yaml.UnmarshalWithOptions([]byte(contract), &want, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	got := kafka.DefaultConfig()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("defaults are %v\nwant %v", got, want)
	}
	if bad := got.Validate(); bad != nil {
		t.Error(bad)
	}
}

func TestEveryWrongSettingIsReported(t *testing.T) {
	cases := map[string]func(*kafka.Config){
		"bootstrap_servers: want at least one":     func(c *kafka.Config) { c.BootstrapServers = nil },
		`bootstrap_servers: "kafka": want host`:    func(c *kafka.Config) { c.BootstrapServers = []string{"kafka"} },
		"group_id_prefix: must not be empty":       func(c *kafka.Config) { c.GroupIDPrefix = "" },
		`auto_offset_reset: "none"`:                func(c *kafka.Config) { c.AutoOffsetReset = "none" },
		"enable_auto_commit: want false":           func(c *kafka.Config) { c.EnableAutoCommit = true },
		"session_timeout_ms: 1: want 1000":         func(c *kafka.Config) { c.SessionTimeoutMs, c.HeartbeatIntervalMs = 1, 100 },
		"heartbeat_interval_ms: 20000: want":       func(c *kafka.Config) { c.HeartbeatIntervalMs = 20_000 },
		"max_poll_records: 0":                      func(c *kafka.Config) { c.MaxPollRecords = 0 },
		"fetch_max_bytes: 1: want":                 func(c *kafka.Config) { c.FetchMaxBytes = 1 },
		"fetch_max_bytes: 1073741824: want":        func(c *kafka.Config) { c.FetchMaxBytes = 1 << 30 },
		`compression_type: "brotli"`:               func(c *kafka.Config) { c.CompressionType = "brotli" },
		"batch_size: -1":                           func(c *kafka.Config) { c.BatchSize = -1 },
		"linger_ms: -1":                            func(c *kafka.Config) { c.LingerMs = -1 },
		"max_in_flight_requests_per_connection: 6": func(c *kafka.Config) { c.MaxInFlight = 6 },
		`acks: "1": want all`:                      func(c *kafka.Config) { c.Acks = "1" },
		"retries: -1":                              func(c *kafka.Config) { c.Retries = -1 },
		"transaction_timeout_ms: 5":                func(c *kafka.Config) { c.TransactionTimeoutMs = 5 },
		"tls.enabled: false, but":                  func(c *kafka.Config) { c.TLS.CAFile = "ca.pem" },
		"tls.cert_file: want both":                 func(c *kafka.Config) { c.TLS = kafka.TLS{Enabled: true, CertFile: "cert.pem"} },
		`sasl.mechanism: "KERBEROS"`:               func(c *kafka.Config) { c.SASL.Mechanism = "KERBEROS" },
		"sasl.mechanism: empty":                    func(c *kafka.Config) { c.SASL.Username = "velox" },
		"sasl.username: want username and":         func(c *kafka.Config) { c.SASL.Mechanism = "SCRAM-SHA-512" },
		"sasl.token: must not":                     func(c *kafka.Config) { c.TLS.Enabled, c.SASL.Mechanism = true, "OAUTHBEARER" },
		"sasl.mechanism: PLAIN sends the secret":   func(c *kafka.Config) { c.SASL = kafka.SASL{Mechanism: "PLAIN", Username: "u", Password: "p"} },
	}
	all := kafka.DefaultConfig()
	for want, spoil := range cases {
		c := kafka.DefaultConfig()
		spoil(&c)
		bad := c.Validate()
		if len(bad) != 1 || !strings.HasPrefix(bad[0].Error(), want) {
			t.Errorf("want one error that begins with %q, got %v", want, bad)
		}
		if _, err := kafka.OpenLog(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("OpenLog gives %v, want %q", err, want)
		}
	}
	all.Acks, all.Retries, all.LingerMs = "0", -1, -1
	if bad := all.Validate(); len(bad) != 3 {
		t.Errorf("three wrong settings give %v", bad)
	}
}

// TestExtremeFetchesAreTaken: the client takes what the settings allow, too.
func TestExtremeFetchesAreTaken(t *testing.T) {
	_, c := fake(t)
	for _, bytes := range []int32{1_024, 101 << 20, 512 << 20} {
		l := c.withFault(nil, func(config *kafka.Config) { config.FetchMaxBytes = bytes })
		s, err := l.OpenShard(t.Context(), nextShard())
		if err != nil {
			t.Errorf("fetch_max_bytes %d: %v", bytes, err)
			continue
		}
		defer s.Close()
		if err := s.Restore(t.Context(), func(*messages.Record) error { return nil }); err != nil {
			t.Errorf("fetch_max_bytes %d: %v", bytes, err)
		}
	}
}

func TestSecretsStayOutOfTexts(t *testing.T) {
	c := kafka.DefaultConfig()
	c.SASL = kafka.SASL{Mechanism: "SCRAM-SHA-512", Username: "velox", Password: "canary", Token: "canary"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c); strings.Contains(text, "canary") {
			t.Errorf("%s prints the password: %s", format, text)
		}
	}
}

// authority makes a certificate that is its own authority, and its files.
func authority(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "velox"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(crand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// TestSecureCluster connects with TLS and each SASL mechanism, and says what is
// wrong when something is.
func TestSecureCluster(t *testing.T) {
	cert, ca := authority(t)
	_, strange := authority(t)
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.EnableSASL(), kfake.TLS(&tls.Config{Certificates: []tls.Certificate{cert}}),
		kfake.Superuser("PLAIN", "velox", "secret"), kfake.Superuser("SCRAM-SHA-256", "velox", "secret"), kfake.Superuser("SCRAM-SHA-512", "velox", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	ping := func(secure kafka.TLS, who kafka.SASL) error {
		c := kafka.DefaultConfig()
		c.BootstrapServers, c.TLS, c.SASL = k.ListenAddrs(), secure, who
		l, err := kafka.OpenLog(c)
		if err != nil {
			return err
		}
		defer l.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = l.PartitionCount(ctx, "any")
		return err
	}
	good := kafka.TLS{Enabled: true, CAFile: ca}
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		if err := ping(good, kafka.SASL{Mechanism: mechanism, Username: "velox", Password: "secret"}); err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("%s: %v", mechanism, err)
		}
		err := ping(good, kafka.SASL{Mechanism: mechanism, Username: "velox", Password: "wrong"})
		if err == nil || !strings.Contains(err.Error(), "SASL") {
			t.Errorf("%s with a wrong password: %v", mechanism, err)
		}
	}
	who := kafka.SASL{Mechanism: "SCRAM-SHA-512", Username: "velox", Password: "secret"}
	if err := ping(kafka.TLS{Enabled: true, CAFile: strange}, who); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("another authority: %v", err)
	}
	if err := ping(kafka.TLS{}, who); err == nil {
		t.Error("a plain connection to a TLS port works")
	} else if !strings.Contains(err.Error(), "TLS") {
		t.Errorf("a plain connection to a TLS port: %v", err)
	}
	if err := ping(kafka.TLS{Enabled: true, CAFile: filepath.Join(t.TempDir(), "none.pem")}, who); err == nil || !strings.Contains(err.Error(), "tls.ca_file") {
		t.Errorf("no such file: %v", err)
	}
}
